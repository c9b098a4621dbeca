/**
 * Where a training begins to overfit: the epoch of the lowest validation loss, if for at least `patience` epochs after it, and until the end, the validation
 * loss stays higher, while the training loss of the last epoch is lower than at that point.
 */

const patience = 3;

/** The row of that epoch; null where the run does not overfit. Both by epoch, NaN where not measured. */
export function overfitsFrom(trainLoss: ArrayLike<number>, valLoss: ArrayLike<number>): number | null {
  let lowest = -1;
  let last = -1;
  let measured = 0;
  for (let i = 0; i < valLoss.length; i++) {
    if (!Number.isFinite(valLoss[i])) continue;
    last = i;
    measured++;
    if (lowest < 0 || valLoss[i] <= valLoss[lowest]) {
      lowest = i;
      measured = 0;
    }
  }
  return lowest >= 0 && measured >= patience && trainLoss[last] < trainLoss[lowest] ? lowest : null;
}
