/** What the name of a curve says: whether more is better, and whether it is one to judge a run by. */

const lower = /loss|error|perplexity|distance|(^|[^a-z])(mse|rmse|mae|nll|fid)([^a-z]|$)/i;
const higher = /acc|top-?\d|f1|auc|precision|recall|iou|dice|bleu|psnr|ssim|score|(^|[^a-z])map([^a-z]|$)/i;
const ofEpochs = /^(train|val)[A-Z]/;

/** True or false for a metric; null for a curve that has no better and worse, such as the learning rate. */
export function higherIsBetter(tag: string, kind: "training" | "lab" | "events"): boolean | null {
  if (kind !== "events") return ofEpochs.test(tag) ? !lower.test(splitWords(tag)) : null;
  const words = splitWords(tag);
  if (lower.test(words)) return false;
  return higher.test(words) ? true : null;
}

/** "valMse" → "val mse". */
const splitWords = (tag: string): string => tag.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();

const preferred = [/^valAccuracy$/, /^val(?!Loss)/, /^valLoss$/, /^trainAccuracy$/, /^trainLoss$/, /val.*acc|acc.*val/i, /(val|test|eval).*loss|loss.*(val|test|eval)/i, /acc/i, /loss/i, /./];

/** The one by which a run is judged: what was measured on validation data before what was on training data, accuracy before loss. */
export function monitorOf(tags: readonly string[]): string | null {
  for (const pattern of preferred) {
    const tag = tags.find((each) => pattern.test(each));
    if (tag !== undefined) return tag;
  }
  return null;
}
