/** Linear or logistic: two ways to a boundary between two classes, what they say beyond the data, and what outliers do to them. */

import { binaryCrossEntropyWithLogits, classic, concat, data, defineLab, Generator, plot, tensor, zeros, type Tensor } from "nabla";

/** Hours of study x: [N, 1], and who passed the exam. Passing grows likely about 5 hours. */
interface Students {
  readonly hours: readonly number[];
  readonly passed: readonly number[];
}

function students(count: number, random: Generator): Students {
  const hours = Array.from({ length: count }, () => 10 * random.float());
  return { hours, passed: hours.map((each) => Number(random.float() < 1 / (1 + Math.exp(-2 * (each - 5))))) };
}

const column = (values: readonly number[]): Tensor => tensor(values.map((value) => [value]), { dtype: "float64" });
const range = (from: number, to: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** One for each of the two models. */
interface Pair<T = number> {
  readonly linear: T;
  readonly logistic: T;
}

/** What came out for one seed. */
interface Result {
  readonly seed: number;
  /** Boundaries, in hours. */
  readonly before: Pair;
  readonly after: Pair;
  /** Share of new students that are judged rightly, by what was learned with outliers. */
  readonly accuracy: Pair;
  readonly curves: Pair<number[]>;
}

/** Both models of the same students: their curves, and the hours from which on a student is said to pass. */
class Fit {
  private constructor(private readonly linear: classic.LinearRegression, private readonly logistic: classic.LogisticRegression, readonly boundary: Pair) {}

  static async to({ hours, passed }: Students, C: number): Promise<Fit> {
    const linear = await new classic.LinearRegression().fit(column(hours), [...passed]);
    const logistic = await new classic.LogisticRegression({ C, solver: "newton" }).fit(column(hours), [...passed]);
    const crossing = async ({ coef, intercept }: { readonly coef: Tensor; readonly intercept: Tensor }, level: number): Promise<number> => (level - (await intercept.data())[0]) / (await coef.data())[0];
    return new Fit(linear, logistic, { linear: await crossing(linear, 0.5), logistic: await crossing(logistic, 0) });
  }

  async curves(hours: readonly number[]): Promise<Pair<number[]>> {
    const probabilities = await (await this.logistic.predictProba(column(hours))).data();
    return { linear: Array.from(await (await this.linear.predict(column(hours))).data()), logistic: Array.from(probabilities).filter((_, i) => i % 2 === 1) };
  }

  /** Share of students that the boundaries judge rightly. */
  accuracy({ hours, passed }: Students): Pair {
    const right = (boundary: number): number => mean(hours.map((each, i) => Number(Number(each > boundary) === passed[i])));
    return { linear: right(this.boundary.linear), logistic: right(this.boundary.logistic) };
  }
}

async function picture(title: string, { hours, passed }: Students, fit: Fit, [from, to]: readonly [number, number]): Promise<plot.Figure> {
  const at = range(from, to, 120);
  const { linear, logistic } = await fit.curves(at);
  const most = 150;
  const shown = hours.map((each, i) => ({ x: each, y: passed[i] })).filter(({ x }, i) => x > 20 || i % Math.ceil(hours.length / most) === 0);
  return plot.lines({
    title,
    x: { label: "hours of study", range: [from, to] },
    y: { label: "passed: 1, or not: 0", range: [-0.5, 1.6] },
    series: [
      { name: "linear", x: at, y: linear },
      { name: "logistic", x: at, y: logistic },
      // A gap behind each student, so that they are dots.
      { name: "students", x: shown.flatMap(({ x }) => [x, x]), y: shown.flatMap(({ y }) => [y, Number.NaN]), points: true },
    ],
    width: 420,
    height: 360,
  });
}

export default defineLab({
  settings: {
    samples: { quick: 200, full: 2000, min: 40, whole: true, about: "students; points of the plane, 300 at most" },
    outliers: { value: 0.15, above: 0, max: 1, about: "outliers as a share of the samples, all far on their own side" },
    distance: { value: 40, above: 0, about: "hours that the outliers studied" },
    fidelity: { value: 1e4, above: 0, about: "C of logistic regression, the likelihood against the penalty: next to no penalty" },
  },
  seeds: { quick: 5, full: 20 },

  async run(lab) {
    const { samples, outliers, distance, fidelity: C } = lab.settings;

    lab.text("### Beyond the data, and with outliers");
    const results: Result[] = [];
    for (const seed of lab.seeds) {
      await lab.progress(seed, lab.seeds.length, "fitting");
      const random = new Generator(seed).fork("students");
      const clean = students(samples, random);
      const diligent = Array.from({ length: Math.round(outliers * samples) }, () => distance + random.normal());
      const dirty = { hours: [...clean.hours, ...diligent], passed: [...clean.passed, ...diligent.map(() => 1)] };
      const [before, after, fresh] = [await Fit.to(clean, C), await Fit.to(dirty, C), students(5000, random)];
      results.push({ seed, before: before.boundary, after: after.boundary, accuracy: after.accuracy(fresh), curves: await before.curves(range(-2, 12, 100)) });
      if (seed > 0) continue;
      const pictures = [await picture("Students", clean, before, [-2, 12]), await picture("With outliers", dirty, after, [-2, 45])];
      lab.figure("curves", plot.grid(pictures, { columns: 2, width: 760 }), "The line leaves [0, 1]; the logistic curve cannot. Students who learned for 40 hours and passed, as anybody would expect, tilt the line, and the place where it crosses ½ moves.");
    }
    const rounded = (value: number): number => Math.round(1000 * value) / 1000;
    lab.table(
      "boundaries",
      results.map(({ seed, before, after, accuracy }) => ({ seed, linear: rounded(before.linear), "with outliers": rounded(after.linear), logistic: rounded(before.logistic), "with outliers ": rounded(after.logistic), "linear, %": rounded(100 * accuracy.linear), "logistic, %": rounded(100 * accuracy.logistic) })),
      "Hours from which on a student is said to pass, learned without and with outliers. On the right, how many new students are judged rightly by what was learned with outliers.",
    );
    const moved = (model: keyof Pair): number => mean(results.map(({ before, after }) => Math.abs(after[model] - before[model])));
    const judged = (model: keyof Pair): number => mean(results.map(({ accuracy }) => accuracy[model]));
    const within = (values: readonly number[]): boolean => values.every((value) => value >= 0 && value <= 1);
    lab.claim("linear-range", results.some(({ curves }) => within(curves.linear)) ? "within [0, 1]" : "beyond [0, 1]");
    lab.claim("logistic-range", results.every(({ curves }) => within(curves.logistic)) ? "within [0, 1]" : "beyond [0, 1]");
    lab.claim("same-boundary", mean(results.map(({ before }) => Math.abs(before.linear - before.logistic))));
    lab.claim("moves", moved("linear") > moved("logistic") ? ["linear", "logistic"] : ["logistic", "linear"]);
    lab.claim("logistic-stays", moved("logistic"));
    lab.claim("accuracy", judged("logistic") > judged("linear") ? ["logistic", "linear"] : ["linear", "logistic"]);

    lab.text("### In the plane");
    const count = Math.min(samples, 300);
    const set = data.blobs({ samples: count, centers: [[-1.5, 0], [1.5, 0]], std: 0.8, seed: 0 });
    const { x, y } = set.tensors();
    const random = new Generator(0).fork("far");
    const far = Array.from({ length: Math.round(outliers * count) }, () => [9 + random.normal(), -9 + random.normal()]);
    const [xs, ys] = [concat([x, tensor(far)]), concat([y, tensor(far.map(() => 1), { dtype: "int32" })])];
    const linear = await new classic.LinearRegression().fit(xs, ys);
    const logistic = await new classic.LogisticRegression({ C }).fit(xs, ys);
    const frame = { points: xs, labels: ys, x: { range: [-5, 12] }, y: { range: [-12, 5] }, width: 420, height: 420 } as const;
    const maps = [
      await plot.boundary((points) => linear.predict(points), { ...frame, title: "Linear: ŷ > ½", threshold: 0.5 }),
      await plot.boundary((points) => logistic.decisionFunction(points), { ...frame, title: "Logistic: σ(xθ) > ½" }),
    ];
    lab.figure("plane", plot.grid(maps, { columns: 2, width: 760 }), "Outliers on the lower right belong to class 1 beyond doubt. The squared error still wants ŷ = 1 there, not more, and turns the boundary towards them; the logistic loss is content.");

    lab.text("### No closed form");
    const { hours, passed } = students(samples, new Generator(0).fork("solvers"));
    const rows = [];
    for (const solver of ["newton", "lbfgs", "gradientDescent"] as const) {
      const model = await new classic.LogisticRegression({ C, solver, maxIterations: 50_000, tolerance: 1e-9 }).fit(column(hours), [...passed]);
      rows.push({ solver, iterations: model.iterations, weight: (await model.coef.data())[0], constant: (await model.intercept.data())[0] });
    }
    lab.table("solvers", rows, "The same lowest loss, which is convex, by three methods.");
    lab.claim("same-minimum", Math.max(...rows.map(({ weight }) => weight)) - Math.min(...rows.map(({ weight }) => weight)));
    lab.claim("first-loss", await binaryCrossEntropyWithLogits(zeros([samples]), tensor([...passed])).item());
  },
});
