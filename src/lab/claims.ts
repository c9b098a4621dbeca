/** Claims: what a text reports, what we found, and whether the two agree. */

import { z } from "zod";
import type { LabMode } from "./lab.js";
import { numberText, valueText } from "./values.js";

const claimValue = z.union([z.number(), z.array(z.number()).min(1), z.string().min(1), z.array(z.string().min(1)).min(1)]);

/** A number, several in an order that the claim's text gives, or words. */
export type ClaimValue = z.infer<typeof claimValue>;

/**
 * How near a result must come. `absolute` and `relative`: to the value, each number for itself; `atLeast`, `atMost`: a bound instead;
 * "equal": the same word; "order": the same words in the same order.
 */
const tolerance = z.union([
  z.strictObject({ absolute: z.number().nonnegative() }),
  z.strictObject({ relative: z.number().nonnegative() }),
  z.strictObject({ atLeast: z.number() }),
  z.strictObject({ atMost: z.number() }),
  z.literal(["equal", "order"]),
]);
export type Tolerance = z.infer<typeof tolerance>;

const perMode = z.strictObject({ quick: tolerance.optional(), full: tolerance.optional() }).refine((each) => each.quick !== undefined || each.full !== undefined, {
  message: "a claim is judged in at least one of the modes quick and full",
});

const isWords = (value: ClaimValue): boolean => typeof (Array.isArray(value) ? value[0] : value) === "string";

const fits = (value: ClaimValue, how: Tolerance): boolean => (typeof how === "object" ? !isWords(value) : isWords(value) && Array.isArray(value) === (how === "order"));

const difference = z.strictObject({
  /** What we found instead, again and again. */
  ours: claimValue,
  /** Why, in a sentence or two. */
  why: z.string().min(20),
  /** How near later results must come to ours; the claim's own tolerance unless given. */
  tolerance: perMode.optional(),
});

const claim = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "an id is words and numbers in lower case joined by hyphens, such as train-error"),
    /** What is measured, in words. */
    text: z.string().min(5).max(160),
    /** Where a reader finds it, in words. */
    source: z.string().min(5),
    /** What the source reports; with `said`, what we judge by in its place. */
    value: claimValue,
    /** What the source says in words, where it gives no number: the number is ours then, and shown as such. */
    said: z.string().min(3).max(60).optional(),
    unit: z.string().min(1).optional(),
    tolerance: perMode,
    /** Settings that it is about, such as { "part": "sweeps" }; with other values of theirs it is not judged. Absent: any. */
    when: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).optional(),
    differs: difference.optional(),
  })
  .superRefine(({ value, said, tolerance: own, differs }, context) => {
    if (said !== undefined && isWords(value)) {
      context.addIssue({ code: "custom", path: ["said"], message: "said goes with a value of numbers, which are ours; words of the source are the value itself" });
    }
    const check = (what: ClaimValue, modes: typeof own, path: string[]): void => {
      for (const [mode, how] of Object.entries(modes)) {
        if (how !== undefined && !fits(what, how)) {
          context.addIssue({ code: "custom", path: [...path, mode], message: "numbers take absolute, relative, atLeast or atMost; a word takes equal; a list of words takes order" });
        }
      }
    };
    check(value, own, ["tolerance"]);
    if (differs === undefined) return;
    check(differs.ours, differs.tolerance ?? own, ["differs"]);
    const bounded = Object.values(own).some((how) => typeof how === "object" && ("atLeast" in how || "atMost" in how));
    if (bounded && differs.tolerance === undefined) context.addIssue({ code: "custom", path: ["differs"], message: "a claim with a bound needs a tolerance of its own for what we found" });
  });

/** One claim of `expected.json`. */
export type Claim = z.infer<typeof claim>;

export const expectedSchema = z
  .strictObject({
    /** Seconds that each mode took on two cores. */
    seconds: z.strictObject({ quick: z.number().positive(), full: z.number().positive() }),
    /** Data sets, and folders of files, without which the lab cannot run. */
    needs: z.array(z.string()).default([]),
    claims: z.array(claim).min(1),
  })
  .superRefine(({ claims }, context) => {
    claims.forEach(({ id }, i) => {
      if (claims.findIndex((other) => other.id === id) < i) context.addIssue({ code: "custom", path: ["claims", i, "id"], message: `two claims are called ${id}` });
    });
  });

/** What `expected.json` holds. */
export type Expected = z.infer<typeof expectedSchema>;

/** "differs": as recorded; "not judged": the claim has no tolerance in this mode. */
export type Verdict = "agrees" | "differs" | "fails" | "not judged";

/** A claim with what came out. */
export interface Judgement {
  readonly claim: Claim;
  /** Undefined: the lab gave no result. */
  readonly ours: ClaimValue | undefined;
  readonly verdict: Verdict;
  /** Why it fails, or why it differs; "" otherwise. */
  readonly note: string;
}

/** Compares a result, of a run with `settings`, with a claim. */
export function judge(claim: Claim, mode: LabMode, ours: ClaimValue | undefined, settings: Readonly<Record<string, unknown>> = {}): Judgement {
  const { value, tolerance, when = {}, differs } = claim;
  const how = tolerance[mode];
  const judged = (verdict: Verdict, note = ""): Judgement => ({ claim, ours, verdict, note });
  const record = differs === undefined ? undefined : (differs.tolerance ?? tolerance)[mode];
  const about = Object.entries(when).every(([name, wanted]) => settings[name] === wanted);
  if (!about || (how === undefined && record === undefined)) return judged("not judged");
  if (ours === undefined) return judged("fails", "the lab gave no result for it");
  if (differs !== undefined && record !== undefined && near(ours, differs.ours, record)) return judged("differs", differs.why);
  if (how !== undefined && near(ours, value, how)) return judged("agrees");
  const none = [ours].flat().some((each) => Number.isNaN(each)) ? "; NaN: it diverged, or there was nothing to measure" : "";
  if (differs === undefined) return judged("fails", how === undefined ? "" : `expected ${expectedText(claim, how)}${none}`);
  return judged("fails", `neither the source's value nor the recorded difference (${JSON.stringify(differs.ours)})${none}`);
}

function near(ours: ClaimValue, value: ClaimValue, how: Tolerance): boolean {
  const [a, b] = [ours, value].map((each) => (Array.isArray(each) ? each : [each]));
  if (a.length !== b.length || a.some((each, i) => typeof each !== typeof b[i])) return false;
  return a.every((each, i) => nearOne(each, b[i], how));
}

function nearOne(ours: number | string, value: number | string, how: Tolerance): boolean {
  if (typeof how === "string" || typeof ours === "string" || typeof value === "string") return ours === value;
  if (!Number.isFinite(ours)) return false;
  if ("atLeast" in how) return ours >= how.atLeast;
  if ("atMost" in how) return ours <= how.atMost;
  return Math.abs(ours - value) <= ("absolute" in how ? how.absolute : how.relative * Math.abs(value)) + rounding * Math.abs(value);
}

/** Decimal fractions are not exact: |0.65 − 0.6| is a little more than 0.05. */
const rounding = 1e-12;

/** `−8, within 0.05`, `at least 5`. */
function expectedText({ value, unit }: Pick<Claim, "value" | "unit">, how: Tolerance): string {
  const bound = typeof how === "object" && ("atLeast" in how || "atMost" in how);
  return bound ? toleranceText(how, value) : `${valueText(value, unit)}${typeof how === "object" ? `, ${toleranceText(how, value)}` : ""}`;
}

/** What the source reports: its value, or its words where it gives none. */
export const sourceText = ({ said, value, unit }: Claim): string => said ?? valueText(value, unit);

/** The bound of ours by which words of the source are judged in a mode, `at least 10`; "" where the source gives the value itself. */
export function judgedBy({ said, value, tolerance }: Claim, mode: LabMode): string {
  const how = tolerance[mode];
  return said === undefined || how === undefined ? "" : expectedText({ value }, how);
}

/** The same beside our result: `judged: at least 10`. */
export function judgedText(claim: Claim, mode: LabMode): string {
  const bound = judgedBy(claim, mode);
  return bound === "" ? "" : `judged: ${bound}`;
}

/** A tolerance in words, such as `within 0.05`. */
export function toleranceText(how: Tolerance, value: ClaimValue): string {
  if (typeof how === "string") return how === "equal" ? "the same" : "the same order";
  if ("atLeast" in how) return `at least ${numberText(how.atLeast)}`;
  if ("atMost" in how) return `at most ${numberText(how.atMost)}`;
  const several = Array.isArray(value) ? " each" : "";
  if ("absolute" in how) return how.absolute === 0 ? "exactly" : `within ${numberText(how.absolute)}${several}`;
  return `within ${numberText(100 * how.relative)} %${several}`;
}
