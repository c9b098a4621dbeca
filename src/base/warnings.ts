/** Warnings: what is probably a mistake, said once. Each has a code by which it can be silenced. */

/** What can be warned of, by code. */
export const warningCodes = [
  "probabilitiesAsLogits",
  "probabilitiesAsLogProbabilities",
  "sigmoidOfRelu",
  "evaluationInTrainingMode",
  "gradientsNeverCleared",
  "parameterWithoutOptimizer",
  "parameterWithoutGradient",
  "notConverged",
  "slowBackend",
  "notRecorded",
] as const;
export type WarningCode = (typeof warningCodes)[number];

/** Receives a warning: its code, and what is wrong and what to do, in a sentence or two. */
export type WarningListener = (code: WarningCode, message: string) => void;

const toConsole: WarningListener = (code, message) => console.warn(`nabla warning (${code}): ${message}`);

const said = new Set<WarningCode>();
const silenced = new Set<WarningCode>();
let listener = toConsole;

/** Whether `warn(code)` would still say something: guards checks that cost time. */
export function wouldWarn(code: WarningCode): boolean {
  return !said.has(code) && !silenced.has(code);
}

/** Says `message`, unless this code was said or silenced before. */
export function warn(code: WarningCode, message: string): void {
  if (!wouldWarn(code)) return;
  said.add(code);
  listener(code, `${message} Silence this with silenceWarnings("${code}").`);
}

/**
 * Silences warnings by code; without a code, all of them.
 *
 * @example
 * silenceWarnings("probabilitiesAsLogits");
 */
export function silenceWarnings(...codes: readonly WarningCode[]): void {
  for (const code of codes.length === 0 ? warningCodes : codes) silenced.add(code);
}

/**
 * Where warnings go: by default to the console's error stream. Every code is then said once more. Without an argument: as at the start, nothing
 * silenced and nothing said.
 *
 * @example
 * const heard: string[] = [];
 * onWarning((code) => heard.push(code));
 * crossEntropy(tensor([[0.1, 0.9]]), tensor([1], { dtype: "int32" }));
 * onWarning();
 */
export function onWarning(to?: WarningListener): void {
  said.clear();
  if (to === undefined) silenced.clear();
  listener = to ?? toConsole;
}
