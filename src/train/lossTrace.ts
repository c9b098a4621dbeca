/** Loss trace: the losses of all steps, thinned as they come, so that hours of training stay a few hundred points. */

const most = 512;

interface Stretch {
  /** Where it ends, in epochs. */
  x: number;
  sum: number;
  steps: number;
}

export class LossTrace {
  readonly #stretches: Stretch[] = [];
  #stepsOfOne = 1;

  /** @param x how far the training is after the step, in epochs */
  add(x: number, loss: number): void {
    const last = this.#stretches.at(-1);
    if (last !== undefined && last.steps < this.#stepsOfOne) {
      last.x = x;
      last.sum += loss;
      last.steps += 1;
      return;
    }
    this.#stretches.push({ x, sum: loss, steps: 1 });
    if (this.#stretches.length > most) this.#halve();
  }

  /** Means of stretches of as many steps each. */
  get points(): [x: number, loss: number][] {
    return this.#stretches.map(({ x, sum, steps }) => [x, sum / steps]);
  }

  #halve(): void {
    this.#stepsOfOne *= 2;
    for (let i = 0; 2 * i < this.#stretches.length; i++) {
      const [a, b] = [this.#stretches[2 * i], this.#stretches[2 * i + 1]];
      this.#stretches[i] = b === undefined ? a : { x: b.x, sum: a.sum + b.sum, steps: a.steps + b.steps };
    }
    this.#stretches.length = Math.ceil(this.#stretches.length / 2);
  }
}
