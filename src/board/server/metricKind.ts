/** What the name of a curve says: whether more is better, and whether it is one to judge a run by. */

const lower = /loss|error|perplexity|distance|(^|[^a-z])(mse|rmse|mae|nll|fid)([^a-z]|$)/i;
const higher = /acc|top-?\d|f1|auc|precision|recall|iou|dice|bleu|psnr|ssim|score/;
const meanAveragePrecision = /mAP(?![a-z])/;
const ofEpochs = /^(?:train|val)([A-Z].*)/;

/**
 * True or false for a metric; null for a curve that has no better and worse, such as the learning rate.
 * @param directions what the run itself says of its metrics
 */
export function higherIsBetter(tag: string, kind: "training" | "lab" | "events", directions?: ReadonlyMap<string, boolean>): boolean | null {
  const words = splitWords(tag);
  if (kind !== "events") {
    const name = ofEpochs.exec(tag)?.[1];
    return name === undefined ? null : (directions?.get(name[0].toLowerCase() + name.slice(1)) ?? !lower.test(words));
  }
  if (lower.test(words)) return false;
  return higher.test(words) || meanAveragePrecision.test(tag) ? true : null;
}

/** "valMse" → "val mse". */
const splitWords = (tag: string): string => tag.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();

const preferred = [/^valAccuracy$/, /^val(?!Loss)/, /^valLoss$/, /^trainAccuracy$/, /^trainLoss$/, /val.*acc|acc.*val/i, /(val|test|eval).*loss|loss.*(val|test|eval)/i, /acc/i, /loss/i, /./];

/**
 * The one by which a run is judged: what the run itself names, else accuracy before loss; on validation data before training data.
 * @param named such as "accuracy"
 */
export function monitorOf(tags: readonly string[], named?: string | null): string | null {
  const own = named ? ["val", "train"].map((part) => part + named[0].toUpperCase() + named.slice(1)) : [];
  const found = own.find((tag) => tags.includes(tag));
  if (found !== undefined) return found;
  for (const pattern of preferred) {
    const tag = tags.find((each) => pattern.test(each));
    if (tag !== undefined) return tag;
  }
  return null;
}
