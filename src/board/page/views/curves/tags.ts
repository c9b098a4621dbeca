/** Tags as charts: the training and the validation of one metric belong together, and charts of one kind stand together. */

export interface ChartTags {
  /** Names the chart in the address, such as "loss". */
  readonly name: string;
  readonly training: string | null;
  readonly validation: string | null;
}

export interface Section {
  readonly title: string;
  readonly charts: readonly ChartTags[];
  /** Whether it is shown at first; the others are a click away. */
  readonly open: boolean;
}

const pattern = /^(?<before>.*?)(?<part>train(?:ing)?|val(?:id(?:ation)?)?|eval(?:uation)?|test)(?<after>(?:[_/.\- ].+|[A-Z].*))$/;

/** "trainLoss", "val_loss", "train/loss", "run/eval/loss" → the metric and whether it is of training; null for tags that say neither. */
function partOf(tag: string): { readonly metric: string; readonly part: "training" | "validation" } | null {
  const { before = "", part = "", after = "" } = pattern.exec(tag)?.groups ?? {};
  // The word stands for itself: "retrain/loss" says nothing.
  if (part === "" || (before !== "" && !/[_/.\- ]$/.test(before))) return null;
  const metric = /^[A-Z]/.test(after) ? after.charAt(0).toLowerCase() + after.slice(1) : after.slice(1);
  return { metric: before + metric, part: part.startsWith("train") ? "training" : "validation" };
}

/** Sections of nabla's own runs, in their order; the system view shows the last ones in more detail. */
const own: readonly (readonly [title: string, tags: RegExp, open: boolean])[] = [
  ["By step", /^step\//, true],
  ["Pace", /^(?:lr|imagesPerSecond|seconds)$/, true],
  ["Phases of an epoch, in seconds", /^phases\//, false],
  ["Memory, in bytes", /^memory\//, false],
  ["Share of dead units", /^dead\//, false],
];

/** The charts of these tags, by section. */
export function sectionsOf(tags: Iterable<string>): Section[] {
  const metrics = new Map<string, { training: string | null; validation: string | null }>();
  const rest: string[] = [];
  for (const tag of tags) {
    const part = own.some(([, mine]) => mine.test(tag)) ? null : partOf(tag);
    if (part === null) {
      rest.push(tag);
      continue;
    }
    const pair = metrics.get(part.metric) ?? { training: null, validation: null };
    // Of two that say the same, such as "val_loss" and "test_loss", the first is paired.
    if (pair[part.part] === null) pair[part.part] = tag;
    else rest.push(tag);
    metrics.set(part.metric, pair);
  }
  const single = (tag: string): ChartTags => ({ name: tag, training: tag, validation: null });
  const sections: Section[] = [{ title: "Training and validation", charts: lossFirst(Array.from(metrics, ([name, pair]) => ({ name, ...pair }))), open: true }];
  for (const [title, mine, open] of own) sections.push({ title, charts: rest.filter((tag) => mine.test(tag)).map(single), open });
  const others = rest.filter((tag) => own.every(([, mine]) => !mine.test(tag)));
  const beginning = (tag: string): string => (tag.includes("/") ? tag.slice(0, tag.indexOf("/")) : "Others");
  for (const title of new Set(others.map(beginning))) sections.push({ title, charts: others.filter((tag) => beginning(tag) === title).map(single), open: true });
  return sections.filter(({ charts }) => charts.length > 0);
}

const lossFirst = (charts: readonly ChartTags[]): ChartTags[] => [...charts.filter(({ name }) => name === "loss"), ...charts.filter(({ name }) => name !== "loss")];

const fraction = /^(?:accuracy|top\d+|precision|recall|f1|iou|dice)$/i;

/** Whether the values of a chart are fractions, which people read as percentages. */
export const isFraction = (name: string): boolean => fraction.test(name);
