/** The charts by which a run is looked at as a whole: one for each metric, training and validation together. The page and the exported file draw the same. */

import type { Figure } from "../plot/figure.js";
import { lines } from "../plot/lines.js";
import type { FigureOptions } from "../plot/options.js";
import type { RunDetail, Series } from "./protocol.js";

export interface RunFigure {
  readonly title: string;
  /** The curves of which it is made, by tag. */
  readonly tags: readonly string[];
  readonly draw: (series: readonly Series[], options?: FigureOptions) => Figure;
}

const fraction = /accuracy|top\d+$|precision|recall|^f1$|iou|dice/i;

/** "trainLoss" → "loss". */
const baseOf = (tag: string): string => tag.replace(/^(train|val)(?=[A-Z])/, "").replace(/^./, (letter) => letter.toLowerCase());

/** Tags in the order in which they are read: the loss, the other metrics, then what describes the training itself. */
export function runFigures({ scalars, summary }: RunDetail): readonly RunFigure[] {
  const tags = scalars.filter(({ total }) => total > 0).map(({ tag }) => tag);
  if (summary.kind === "events") return tags.slice(0, mostOfEvents).map((tag) => single(tag, "step"));
  const bases = [...new Set(tags.filter((tag) => /^(train|val)[A-Z]/.test(tag)).map(baseOf))].sort((a, b) => Number(b === "loss") - Number(a === "loss"));
  const pairs = bases.map((base) => {
    const own = tags.filter((tag) => /^(train|val)[A-Z]/.test(tag) && baseOf(tag) === base);
    return pair(base, own, own.some((tag) => summary.metrics[tag]?.higherIsBetter === true) ? "max" : "min");
  });
  return [...pairs, ...["lr", "imagesPerSecond"].filter((tag) => tags.includes(tag)).map((tag) => single(tag, "epoch"))];
}

const mostOfEvents = 24;

const titles: Readonly<Record<string, string>> = { lr: "Learning rate", imagesPerSecond: "Images per second" };

const numbers = (series: Series | undefined): number[] => series?.y.map((value) => value ?? NaN) ?? [];

/** The line of a series at each of `x`; NaN beside its ends and in its gaps. */
function valuesAt(x: readonly number[], { x: own, y }: Series): number[] {
  let i = 0;
  return x.map((at) => {
    while (i < own.length - 1 && own[i + 1] <= at) i++;
    const [from, to] = [y[i] ?? NaN, y[i + 1] ?? NaN];
    if (own[i] === at) return from;
    return at > own[i] && i < own.length - 1 ? from + ((at - own[i]) / (own[i + 1] - own[i])) * (to - from) : NaN;
  });
}

function single(tag: string, x: "epoch" | "step"): RunFigure {
  const title = titles[tag] ?? tag;
  return {
    title,
    tags: [tag],
    draw: (all, options = {}) => {
      const series = all.find((each) => each.tag === tag);
      return lines({ title, ...options, x: { label: x }, series: [{ name: "", x: [...(series?.x ?? [])], y: numbers(series) }] });
    },
  };
}

function pair(base: string, tags: readonly string[], best: "min" | "max"): RunFigure {
  const title = base[0].toUpperCase() + base.slice(1);
  return {
    title,
    tags,
    draw: (all, options = {}) => {
      const train = all.find(({ tag }) => tag.startsWith("train") && tags.includes(tag));
      const validation = all.find(({ tag }) => tag.startsWith("val") && tags.includes(tag));
      const first = train ?? validation!;
      // Two curves of one chart stand at the same epochs; thinned, each has its own.
      const x = [...new Set([...first.x, ...(validation?.x ?? [])])].sort((a, b) => a - b);
      const shared = { name: train === undefined ? "validation" : validation === undefined ? "training" : "", x, y: valuesAt(x, first), best } as const;
      const paired = train === undefined || validation === undefined ? {} : { validation: valuesAt(x, validation) };
      const overfitsFrom = validation?.overfitsFrom ?? null;
      return lines({
        title,
        ...options,
        x: { label: "epoch" },
        y: { label: base, ...(fraction.test(base) && { format: "percent" }) },
        series: [{ ...shared, ...paired }],
        ...(overfitsFrom !== null && { marks: [{ x: overfitsFrom, label: "over-fitting", beyond: true }] }),
      });
    },
  };
}
