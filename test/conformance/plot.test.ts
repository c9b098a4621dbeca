/** Charts of every kind: whole XML, all parts there, the words of errors; coverage B1 on drawn graphs. */

import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { gallery } from "../../examples/plot-gallery/charts.ts";
import { add, classic, data, exp, manualSeed, mul, NablaError, neg, nn, plot, randn, reciprocal, relu, square, tensor, zeros } from "../../src/index.js";

/** Names of elements in order, from a document whose tags must match. */
function elements(svg: string): string[] {
  const open: string[] = [];
  const all: string[] = [];
  const rest = svg.replaceAll(/<(\/?)([\w-]+)((?:\s[\w:-]+="[^"<]*")*)(\/?)>/g, (_tag, closing: string, name: string, _attributes, empty: string) => {
    if (closing === "/") expect(open.pop()).toBe(name);
    else {
      all.push(name);
      if (empty === "") open.push(name);
    }
    return "";
  });
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]/);
  expect(rest.replaceAll(/&(amp|lt|gt|quot|#39);/g, "")).not.toContain("&");
  return all;
}

/** The texts of a figure, in order. */
const texts = (figure: plot.Figure): string[] => Array.from(figure.svg().matchAll(/<text[^>]*>([^<]*)<\/text>/g), ([, content]) => content);

const count = (svg: string, part: RegExp): number => Array.from(svg.matchAll(part)).length;

describe("the gallery", () => {
  test.each(Object.entries(gallery))("%s", async (_name, chart) => {
    for (const width of [undefined, 340]) {
      const figure = await chart({ width });
      const svg = figure.svg();
      const names = elements(svg);
      expect(names.slice(0, 3)).toEqual(["svg", "title", "desc"]);
      expect(names.length).toBeGreaterThan(15);
      expect(svg).not.toMatch(/NaN|Infinity|undefined|null|\[object/);
      expect((await chart({ width })).svg()).toBe(svg);
      expect(figure.title).not.toBe("");
      expect(figure.description.length).toBeGreaterThan(20);
      if (width !== undefined) expect(figure.width).toBe(width);
      const svgWidth = Number(/viewBox="0 0 ([\d.]+)/.exec(svg)![1]);
      expect(svgWidth).toBe(figure.width);
    }
    const png = await (await chart({ width: 340 })).png({ scale: 1, theme: "dark" });
    const { data: pixels, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect(info.width).toBe(340);
    expect(new Set(pixels).size).toBeGreaterThan(40);
  });
});

test.each(["curves", "contour", "neuron"])("docs/plots/%s.svg is what the gallery draws; if not, run this test with -u", async (name) => {
  await expect((await gallery[name]({})).svg()).toMatchFileSnapshot(`../../docs/plots/${name}.svg`);
});

describe("B1: value and gradient on every edge", () => {
  const one = (v: number) => tensor(v, { dtype: "float64", requiresGrad: true });

  test("f = (x + y)·z at (1, −3, 4)", async () => {
    const [x, y, z] = [one(1), one(-3), one(4)];
    const f = mul(add(x, y), z);
    const figure = await plot.computationalGraph(f, { names: { x, y, z, f } });
    expect(figure.description).toBe(
      "Computational graph of 6 nodes and 5 edges. x to +: 1, gradient 4. y to +: −3, gradient 4. + to ×: −2, gradient 4. z to ×: 4, gradient −2. × to f: −8, gradient 1.",
    );
    expect(texts(figure).filter((t) => /^−?\d/.test(t)).sort()).toEqual(["1", "1", "4", "4", "4", "4", "−2", "−2", "−3", "−8"].sort());
    expect(figure.dot()).toContain('"t4" -> "output" [label="−8\\n∂ 1"];');
    elements(figure.svg());
    // Drawing takes nothing away.
    f.backward();
    expect(await z.grad!.item()).toBe(-2);
  });

  test("σ(w0·x0 + w1·x1 + b), taken apart", async () => {
    const [w0, x0, w1, x1, b] = [2, -1, -3, -2, -3].map(one);
    const f = reciprocal(add(exp(neg(add(add(mul(w0, x0), mul(w1, x1)), b))), 1));
    const { description } = await plot.computationalGraph(f, { names: { w0, x0, w1, x1, b, f } });
    for (const edge of [
      "1/x to f: 0.73, gradient 1.", "+ 1 to 1/x: 1.37, gradient −0.53.", "exp to + 1: 0.37, gradient −0.53.", "× −1 to exp: −1, gradient −0.20.",
      "+ to × −1: 1, gradient 0.20.", "b to +: −3, gradient 0.20.", "w0 to ×: 2, gradient −0.20.", "x0 to ×: −1, gradient 0.39.", "w1 to ×: −3, gradient −0.39.", "x1 to ×: −2, gradient −0.59.",
    ]) expect(description).toContain(edge);
  });

  test("a value used twice has a part of its gradient on each edge", async () => {
    const x = one(3);
    const { description } = await plot.computationalGraph(add(mul(x, x), square(x)), { names: { x } });
    expect(description.match(/x to ×: 3, gradient 3\./g)).toHaveLength(2);
    expect(description).toContain("x to x²: 3, gradient 6.");
  });

  test("broadcast operands get gradients of their shape, large tensors show shape and norm", async () => {
    const [x, b] = [zeros([8, 2]), tensor([1, 2], { requiresGrad: true })];
    const { description } = await plot.computationalGraph(relu(add(x, b)).sum(), { names: { x, b } });
    expect(description).toContain("x to +: [8, 2].");
    expect(description).toContain("b to +: [1, 2], gradient [8, 8].");
    expect(description).toContain("+ to relu: [8, 2], gradient ‖·‖ 4.");
  });

  test("without gradients, downwards, and in DOT", async () => {
    const y = mul(tensor([1, 2], { requiresGrad: true }), tensor([3, 4]));
    const figure = await plot.computationalGraph(y, { direction: "down", title: "y" });
    expect(figure.dot()).toBe('digraph {\n  rankdir=TB;\n  "t0" [label="x1", shape=box];\n  "t1" [label="[3, 4]", shape=plaintext];\n  "t2" [label="×", shape=circle];\n  "output" [label="output", shape=box];\n  "t0" -> "t2" [label="[1, 2]"];\n  "t1" -> "t2";\n  "t2" -> "output" [label="[3, 8]"];\n}\n');
    expect(texts(figure)).not.toContain("gradient below");
  });
});

describe("what is drawn", () => {
  test("a gap where a value is missing, a point where there is one", () => {
    const svg = plot.lines({ series: [{ name: "a", y: [1, NaN, 3, 4] }, { name: "b", y: [NaN, 2, NaN, NaN] }] }).svg({ theme: "light" });
    expect(svg).toMatch(/<path d="M[\d.,]+ZM[\d.,]+L[\d.,]+" /);
    expect(count(svg, /<circle /g)).toBe(1);
  });

  test("long curves, with no more points than pixels can show", () => {
    const y = Array.from({ length: 200_000 }, (_, i) => Math.sin(i / 500) + (i === 77_777 ? 50 : 0));
    const svg = plot.lines({ series: [{ name: "a", y }] }).svg();
    expect(svg.length).toBeLessThan(60_000);
    expect(plot.lines({ series: [{ name: "a", y }], y: { range: [-1, 51] } }).svg()).toMatch(/L[\d.]+,48\.92L/); // the peak is there
  });

  test("a curve and its band over runs; a best point; the onset of over-fitting", () => {
    const record = (epoch: number, train: number, validation: number): plot.CurveRecord => ({ epoch, train: { samples: 1, loss: train }, validation: { samples: 1, loss: validation } });
    const run = [record(1, 2, 2.2), record(2, 1, 1.5), record(3, 0.5, 1.9)];
    const single = plot.curves(run, { overfitting: true });
    expect(single.description).toBe("Line chart of loss over epoch. Series: 3 points, from 2 to 0.5; validation from 2.2 to 1.9, lowest 1.5 at 2.");
    expect(texts(single)).toEqual(expect.arrayContaining(["training", "validation", "over-fitting", "1.5", "epoch", "loss"]));
    const seeds = plot.curves({ a: [run, run.map((r) => record(r.epoch, 2 * r.train.loss, r.validation!.loss))], b: run });
    expect(seeds.description).toContain("a: 3 points, from 3 to 0.75");
    expect(count(seeds.svg(), /fill-opacity="0.18"/g)).toBe(2);
  });

  test("the same for the trainer's own records and for a run folder that is none", () => {
    expect(() => plot.curves("no such run")).toThrow(/curves: no such run has no metrics\.jsonl/);
    expect(() => plot.curves([])).toThrow(/the history is empty/);
    expect(() => plot.curves([{ epoch: 1, train: { loss: 1 }, validation: null }], { metrics: ["accuracy"] })).toThrow(/"accuracy" was not measured; there are loss/);
  });

  test("regions of each class, also where one wins nowhere", async () => {
    const figure = await plot.boundary((points) => points.matmul(tensor([[1, -1, 0], [0, 0, 0]])).add(tensor([0, 0, -9])), { x: { range: [-1, 1] }, y: { range: [-1, 1] }, samples: 20 });
    expect(figure.description).toBe("Decision boundary of classes 0, 1, 2.");
    expect(count(figure.svg(), /<path d="M[^"]*Z" fill="var\(--nabla-series\d\)" fill-opacity="0.28"/g)).toBe(2);
  });

  test("boundaries of modules in evaluation mode, which are as before afterwards", async () => {
    manualSeed(0);
    const model = new nn.Sequential(new nn.Linear(2, 4), new nn.Dropout(0.5), new nn.Linear(4, 1));
    const frozen = [...model.children()][1][1];
    frozen.eval();
    const options = { x: { range: [-1, 1] }, y: { range: [-1, 1] }, samples: 16 } as const;
    expect((await plot.boundary(model, options)).svg()).toBe((await plot.boundary(model, options)).svg());
    expect([model.training, frozen.training]).toEqual([true, false]);
  });

  test("boundaries of any whole-number classes", async () => {
    const knn = await new classic.KNeighborsClassifier({ k: 1 }).fit([[0, 0], [1, 1], [2, 0]], [-1, 1, 7]);
    const figure = await plot.boundary(knn, { points: [[0, 0], [1, 1], [2, 0]], labels: [-1, 1, 7], samples: 20, classes: ["a", "b", "c"] });
    expect(figure.description).toBe("Decision boundary of classes a, b, c with 3 points, 3 of them on their own side.");
  });

  test("every value of a histogram, and what lies outside in words", async () => {
    const figure = await plot.histograms({ a: [0, 0, 1, 1], b: tensor([NaN, 5, 0.5, 0.5]) }, { x: { range: [0, 1] }, bins: 2 });
    expect(texts(figure)).toEqual(expect.arrayContaining(["mean 0.50, std 0.50", "2.0 ± 2.1, 1 not finite, 25 % outside"]));
  });

  test("counts of histograms over time, none lost", () => {
    // Buckets that lie across bins, one without width, one without values.
    const histograms = [
      { step: 1, buckets: [[-1, 1, 40], [1, 3, 10]] },
      { step: 2, buckets: [[0, 0, 7], [0, 3, 0]] },
      { step: 5, buckets: [] },
    ] as const;
    const figure = plot.histogramsOverTime({ histograms });
    expect(figure.description).toBe("3 histograms over epoch 1 to 5. First: mean 0.4, standard deviation 0.987. Last: no values.");
    expect(figure.svg().match(/<g class="histogram">/g)).toHaveLength(3);
    expect(plot.histogramsOverTime({ histograms: histograms.slice(0, 1), steps: { label: "step" } }).description).toBe("Histogram at step 1: mean 0.4, standard deviation 0.987.");
    // As many pixels as there are bins with values; the rest stays open.
    const heat = plot.histogramsOverTime({ histograms, arrangement: "heat", bins: 8, values: { range: [-1, 3] } }).svg();
    const columns = Array.from(heat.matchAll(/<image [^>]*base64,([^"]+)"/g), ([, base64]) => Buffer.from(base64, "base64"));
    expect(columns.map((png) => png.readUInt32BE(20))).toEqual([8, 1]);
    expect(heat).toMatch(/<title>epoch 1: mean 0\.4, std 0\.987<\/title>/);
  });

  test("histograms whose outer buckets reach to the largest numbers", () => {
    const histograms = [{ step: 1, buckets: [[-Number.MAX_VALUE, -1e308, 0], [-1, 1, 10], [1e308, Number.MAX_VALUE, 0]] }] as const;
    expect(plot.histogramsOverTime({ histograms }).description).toBe("Histogram at epoch 1: mean 0, standard deviation 0.577.");
    const filled = plot.histogramsOverTime({ histograms: [...histograms, { step: 2, buckets: [[-Number.MAX_VALUE, Number.MAX_VALUE, 3]] }] });
    expect(filled.svg().replaceAll(/<(title|desc|text)[^>]*>[^<]*/g, "")).not.toMatch(/NaN|Infinity/);
  });

  test("ridges whose heights are their counts, or the logarithms of these", () => {
    const histograms = [{ step: 1, buckets: [[0, 1, 100], [1, 2, 1]] }, { step: 2, buckets: [[0, 1, 10], [1, 2, 91]] }] as const;
    for (const counts of ["linear", "log"] as const) {
      const svg = plot.histogramsOverTime({ histograms, counts, bins: 2, values: { range: [0, 2] } }).svg();
      const [ridge] = Array.from(svg.matchAll(/<path d="M([^"]+)Z" fill="var\(--nabla-series1\)"/g), ([, d]) => d.split("L").map((point) => Number(point.split(",")[1])));
      const [base, high, , low] = ridge;
      expect((base - low) / (base - high)).toBeCloseTo(counts === "log" ? Math.log(2) / Math.log(101) : 0.01, 2);
    }
  });

  test("images with their classes", async () => {
    const set = new data.ImageDataset({ name: "d", images: Uint8Array.of(0, 255, 255, 0), labels: Int32Array.of(1, 0), shape: [1, 1, 2], classes: ["left", "right"] });
    const figure = await plot.imageGrid(set, { predictions: [1, 1] });
    expect(texts(figure)).toEqual(["right", "left → right"]);
    const [first] = Array.from(figure.svg().matchAll(/href="data:image\/png;base64,([^"]+)"/g), ([, base64]) => Buffer.from(base64, "base64"));
    expect([...(await sharp(first).raw().toBuffer())]).toEqual([0, 0, 0, 255, 255, 255]);
    const bad = await plot.imageGrid(tensor([[NaN, 1], [0, 0.5]]));
    const [png] = Array.from(bad.svg().matchAll(/base64,([^"]+)"/g), ([, base64]) => Buffer.from(base64, "base64"));
    expect([...(await sharp(png).raw().toBuffer())]).toEqual([255, 0, 255, 255, 255, 255, 0, 0, 0, 128, 128, 128]);
  });

  test("numbers in confusion matrices and heat maps", () => {
    expect(texts(plot.confusionMatrix([[5, 1], [0, 4]])).slice(0, 4)).toEqual(["5", "1", "0", "4"]);
    expect(texts(plot.confusionMatrix([[3, 1], [0, 0]], { normalize: "true" })).slice(0, 4)).toEqual(["0.75", "0.25", "0", "0"]);
    expect(texts(plot.heatMap({ values: [[0.5, NaN], [-1, 0.25]] })).slice(0, 3)).toEqual(["0.50", "−1.00", "0.25"]);
  });
});

test("stacked bars stand on one another", () => {
  const figure = plot.bars({ categories: ["1", "2"], series: [{ name: "a", values: [3, NaN] }, { name: "b", values: [1, 2] }], stacked: true });
  const bars = Array.from(figure.svg().matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"[^>]*><title>([^<]*)</g), ([, x, y, height, title]) => ({ x, y: Number(y), height: Number(height), title }));
  expect(bars.map(({ title }) => title)).toEqual(["a, 1: 3", "b, 1: 1", "b, 2: 2"]);
  expect(bars[1].x).toBe(bars[0].x);
  expect(bars[1].y + bars[1].height).toBeCloseTo(bars[0].y, 1);
  expect(bars[0].height).toBeCloseTo(3 * bars[1].height, 0);
  expect(texts(figure)).toEqual(expect.arrayContaining(["4", "2"]));
});

describe("data at the limits", () => {
  const lists = [[], [NaN], [1], [0, 0], [-0], [1e300, -1e300], [1e-300, 2e-300], [Infinity, 1], [0.1, 0.1 + 1e-17], [1e15, 1e15 + 1]];
  const sizes = [{}, { width: 120, height: 80 }, { width: 4000, height: 100 }];
  const cases = lists.flatMap((y) => sizes.map((size) => [y, size] as const));

  test.each(cases)("%j in %j", async (y, size) => {
    const some = y.length === 0 ? [NaN] : y;
    const counts = some.map((_, i) => some.map((v, j) => (Number.isFinite(v) ? Math.abs(v) * (i + j) : 0)));
    const figures = [
      plot.lines({ ...size, series: [{ name: "a", y, best: "min" }, { name: "b", y: [1, 2], validation: [2, 3], deviation: [1, 1] }], marks: [{ x: 2, label: "m", beyond: true }] }),
      plot.bars({ ...size, categories: some.map(String), series: [{ name: "a", values: some }] }),
      plot.bars({ ...size, categories: some.map(String), series: [{ name: "a", values: some, deviation: some.map(() => 1) }], direction: "right" }),
      plot.bars({ ...size, categories: some.map(String), series: ["a", "b"].map((name) => ({ name, values: some.map(Math.abs) })), stacked: true }),
      plot.scatter({ ...size, groups: [{ name: "", x: y, y }], equal: true }),
      plot.heatMap({ ...size, values: [some], colours: "diverging" }),
      plot.contour({ ...size, f: [[...some, 1], [...some, 2]], x: { range: [0, 1] }, y: { range: [0, 1] }, trajectories: [{ name: "t", points: [[NaN, 1], [9, 9]] }] }),
      plot.confusionMatrix(counts, size),
      await plot.histograms({ a: some, b: [1, 2] }, size),
      await plot.histograms({ a: some, b: [1, 2] }, { ...size, arrangement: "ridges" }),
      ...(["ridges", "heat"] as const).map((arrangement) => plot.histogramsOverTime({ ...size, arrangement, counts: "log", histograms: some.map((v, step) => ({ step, buckets: Number.isFinite(v) ? [[v, v + 1, Math.abs(v)]] : [] })) })),
      await plot.imageGrid(tensor([some], { dtype: "float64" }), size),
    ];
    for (const figure of [...figures, plot.grid(figures, size)]) {
      const svg = figure.svg();
      elements(svg);
      const shapes = svg.replaceAll(/<(title|desc|text)[^>]*>[^<]*/g, "");
      expect(shapes).not.toMatch(/NaN|Infinity|undefined|(width|height|r)="-/);
    }
  });

  test("nodes that lead to themselves", () => {
    elements(plot.graph({ nodes: [{ id: "a" }], edges: [{ from: "a", to: "a", value: "1" }] }).svg());
  });
});

describe("mistakes", () => {
  /** Calls as plain JavaScript would. */
  const call = async (f: unknown, ...args: unknown[]): Promise<unknown> => Reflect.apply(f as (...rest: unknown[]) => unknown, undefined, args);
  const x = tensor([1, 2], { requiresGrad: true });
  const cases: [what: string, run: () => unknown, message: RegExp][] = [
    ["no options", () => call(plot.lines), /lines: expected options such as \{ series: … \}, got undefined/],
    ["a misspelt option", () => call(plot.lines, { serie: [] }), /lines: there is no option "serie"; did you mean series\?/],
    ["no series", () => call(plot.lines, { series: [] }), /series must be an array of at least one \{ name, y \}, got none/],
    ["a series without name", () => call(plot.lines, { series: [{ y: [1] }] }), /series 0 needs a name, a text, got undefined/],
    ["a tensor as numbers", () => call(plot.lines, { series: [{ name: "a", y: x }] }), /series "a": y is a tensor, whose values must be read first: pass await y\.data\(\)/],
    ["texts as numbers", () => call(plot.lines, { series: [{ name: "a", y: ["1"] }] }), /y must hold numbers, but element 0 is "1"/],
    ["lists of two lengths", () => call(plot.lines, { series: [{ name: "a", y: [1, 2], x: [1] }] }), /series "a": y has 2 numbers, x has 1/],
    ["a negative deviation", () => call(plot.lines, { series: [{ name: "a", y: [1], deviation: [-1] }] }), /a deviation is 0 or more, got -1/],
    ["zero on a log axis", () => call(plot.lines, { y: { scale: "log" }, series: [{ name: "a", y: [1, 0] }] }), /lines: a log axis has positive numbers only, but y has 0/],
    ["a range upside down", () => call(plot.lines, { y: { range: [1, 0] }, series: [{ name: "a", y: [1] }] }), /axis y: range must be \[low, high\] with low < high, got \[1, 0\]/],
    ["a size that is none", () => call(plot.lines, { width: "wide", series: [{ name: "a", y: [1] }] }), /lines: width must be a number from 120 to 4000, got "wide"/],
    ["a mark without label", () => call(plot.lines, { series: [{ name: "a", y: [1] }], marks: [{ x: 1 }] }), /mark 0 must be \{ x: a number, label: a text \}/],
    ["points that do not pair", () => call(plot.scatter, { groups: [{ name: "a", x: [1], y: [] }] }), /scatter: group "a": x has 1 numbers, y has 0/],
    ["bars without categories", () => call(plot.bars, { series: [{ name: "a", values: [1] }] }), /bars: categories must be an array of at least one name, got undefined/],
    ["bars too many", () => call(plot.bars, { categories: ["a"], series: [{ name: "s", values: [1, 2] }] }), /there are 2 values for 1 categories/],
    ["stacked bars below 0", () => plot.bars({ categories: ["a"], series: [{ name: "s", values: [-1] }], stacked: true }), /series "s" has the value -1, but stacked bars are parts of a whole/],
    ["stacked bars with deviation", () => plot.bars({ categories: ["a"], series: [{ name: "s", values: [1], deviation: [1] }], stacked: true }), /series "s" has a deviation, which stacked bars cannot show/],
    ["stacked bars on a log axis", () => plot.bars({ categories: ["a"], series: [{ name: "s", values: [1] }], stacked: true, value: { scale: "log" } }), /stacked bars need a linear axis/],
    ["a contour plot of nothing", () => call(plot.contour, { f: () => 1, x: { range: [0, 1] } }), /axis y needs range: \[low, high\]/],
    ["a contour plot of a tensor function", () => call(plot.contour, { f: () => x, x: { range: [0, 1] }, y: { range: [0, 1] } }), /f\(0, 0\) must be a number, got a tensor/],
    ["a contour plot of NaN", () => call(plot.contour, { f: () => NaN, x: { range: [0, 1] }, y: { range: [0, 1] } }), /no finite value/],
    ["points in space", () => call(plot.boundary, (p: unknown) => p, { points: zeros([3, 3]) }), /points must be \[N, 2\], got \[3, 3\]/],
    ["labels too few", () => call(plot.boundary, (p: unknown) => p, { points: zeros([3, 2]), labels: [1] }), /there are 1 labels for 3 points/],
    ["a model of something else", () => call(plot.boundary, 3, { points: [[0, 0], [1, 1]] }), /expected a module, a fitted classifier or a function .* got 3/],
    ["a model that gives no tensor", () => call(plot.boundary, () => 3, { points: [[0, 0], [1, 1]] }), /the model must give a tensor of scores or classes, got 3/],
    ["a model that gives a sum", () => call(plot.boundary, () => x.sum(), { points: [[0, 0], [1, 1]] }), /must give scores \[8192, C\] or classes \[8192\], got \[\]/],
    ["histograms of nothing", () => call(plot.histograms, { a: [] }), /"a" has no values/],
    ["histograms without names", () => call(plot.histograms, [1, 2]), /expected sets of values by name/],
    ["no histogram over time", () => call(plot.histogramsOverTime, { histograms: [] }), /histogramsOverTime: histograms must be an array of at least one \{ step, buckets \}, got none/],
    ["histograms whose steps fall", () => call(plot.histogramsOverTime, { histograms: [{ step: 2, buckets: [] }, { step: 1, buckets: [] }] }), /histogram 1: steps must rise, but 1 follows 2/],
    ["a histogram without buckets", () => call(plot.histogramsOverTime, { histograms: [{ step: 1, buckets: 3 }] }), /histogram 0: buckets must be an array of \[left, right, count\], got 3/],
    ["a bucket of two numbers", () => call(plot.histogramsOverTime, { histograms: [{ step: 1, buckets: [[0, 1]] }] }), /histogram 0: bucket 0 must be \[left, right, count\], got an array/],
    ["a bucket upside down", () => call(plot.histogramsOverTime, { histograms: [{ step: 1, buckets: [[1, 0, 3]] }] }), /bucket 0 must have left ≤ right and a count of at least 0, got \[1, 0, 3\]/],
    ["a bucket without end", () => call(plot.histogramsOverTime, { histograms: [{ step: 1, buckets: [[0, Infinity, 3]] }] }), /bucket 0 must have left ≤ right/],
    ["histograms over log values", () => call(plot.histogramsOverTime, { values: { scale: "log" }, histograms: [{ step: 1, buckets: [] }] }), /axis values must be linear/],
    ["images with 2 channels", () => call(plot.imageGrid, randn([1, 2, 4, 4])), /images have 1 or 3 channels, got 2 in \[1, 2, 4, 4\]; .* reshape to \[N·C, 1, H, W\]/],
    ["an image that is not there", () => call(plot.imageGrid, randn([2, 4, 4]), { indices: [2] }), /there is no image 2 among 2/],
    ["captions too few", () => call(plot.imageGrid, randn([2, 4, 4]), { captions: ["a"] }), /there are 1 captions for 2 images/],
    ["ranks without positives", () => call(plot.precisionRecall, { scores: [0.1], labels: [0] }), /must hold positives \(1\) and negatives \(0\)/],
    ["a matrix that is not square", () => call(plot.confusionMatrix, [[1, 2]]), /expected as many columns as rows, got \[1, 2\]/],
    ["counts below 0", () => call(plot.confusionMatrix, [[-1]]), /counts are 0 or more, got -1/],
    ["rows of two lengths", () => call(plot.heatMap, { values: [[1], [1, 2]] }), /row 1 of values has 2 numbers, row 0 has 1/],
    ["an edge to nowhere", () => call(plot.graph, { nodes: [{ id: "a" }], edges: [{ from: "a", to: "b" }] }), /edge 0: to names no node: "b"/],
    ["two nodes of one name", () => call(plot.graph, { nodes: [{ id: "a" }, { id: "a" }], edges: [] }), /two nodes have the id "a"/],
    ["a promise in a grid", () => call(plot.grid, [plot.histograms({ a: [1] })]), /element 0 must be a figure, got object; .* await them/],
    ["a graph of nothing", () => call(plot.computationalGraph, zeros([2])), /nothing was recorded for this tensor/],
    ["a graph of many numbers", () => call(plot.computationalGraph, mul(x, 2), { gradients: true }), /reduce it with sum\(\) or mean\(\), or pass gradients: false/],
    ["a graph that is used up", () => { const y = mul(x, 2).sum(); y.backward(); return call(plot.computationalGraph, y); }, /the graph was used up by backward\(\)\. Draw it before/],
    ["a name for a number", () => call(plot.computationalGraph, mul(x, 2).sum(), { names: { c: 2 } }), /the name c must stand for a tensor, got 2/],
  ];
  test.each(cases)("%s", async (_what, run, message) => {
    const failed: unknown = await Promise.resolve().then(run).then(() => null, (error: unknown) => error);
    expect(failed).toBeInstanceOf(NablaError);
    expect((failed as Error).message).toMatch(message);
  });
});
