/**
 * Metrics of a classifier: loss, top-1 and top-5 accuracy as means over samples. The running sums are plain numbers, so
 * that a checkpoint in mid-epoch carries them and the resumed epoch ends with the same digits.
 */

/** Sums over the samples seen so far. */
export interface MetricSums {
  readonly samples: number;
  readonly loss: number;
  readonly top1: number;
  readonly top5: number;
}

/** Means over samples. Accuracies are fractions from 0 to 1. */
export interface Metrics {
  readonly samples: number;
  /** Lower is better. */
  readonly loss: number;
  /** The share of samples whose label has the highest score. */
  readonly accuracy: number;
  /** The share of samples whose label is among the five highest scores. */
  readonly top5: number;
}

export class RunningMetrics {
  #samples = 0;
  #loss = 0;
  #top1 = 0;
  #top5 = 0;

  /**
   * Adds a batch.
   * @param loss mean loss of the batch
   * @param scores [N, C], row-major
   * @param labels [N], 0 … C − 1
   */
  add(loss: number, scores: ArrayLike<number>, labels: ArrayLike<number>): void {
    const samples = labels.length;
    const classes = scores.length / samples;
    for (let n = 0; n < samples; n++) {
      const rank = rankOfLabel(scores, n * classes, classes, labels[n]);
      if (rank < 1) this.#top1 += 1;
      if (rank < 5) this.#top5 += 1;
    }
    this.#samples += samples;
    this.#loss += loss * samples;
  }

  get value(): Metrics {
    const samples = this.#samples;
    return { samples, loss: this.#loss / samples, accuracy: this.#top1 / samples, top5: this.#top5 / samples };
  }

  get sums(): MetricSums {
    return { samples: this.#samples, loss: this.#loss, top1: this.#top1, top5: this.#top5 };
  }

  set sums({ samples, loss, top1, top5 }: MetricSums) {
    this.#samples = samples;
    this.#loss = loss;
    this.#top1 = top1;
    this.#top5 = top5;
  }
}

/** How many classes come before the label: higher scores, and equal ones of lower index (as argmax breaks ties). NaN comes last. */
function rankOfLabel(scores: ArrayLike<number>, start: number, classes: number, label: number): number {
  const own = scores[start + label];
  if (Number.isNaN(own)) return Infinity;
  let rank = 0;
  for (let c = 0; c < classes; c++) {
    const score = scores[start + c];
    if (score > own || (score === own && c < label)) rank += 1;
  }
  return rank;
}
