/** Characters: a convolutional network learns single letters, and then reads a whole line of text; what it was never shown, it does not read. */

import { crossEntropy, data, defineLab, nn, noGrad, optim, plot, step, type Tensor, Trainer } from "nabla";

/** The network of the assignment: convolutions and pools alone, so it takes images of any width. [N, 1, 32, W] → [N, 26, 1, W/4 − 7]. */
const network = (): nn.Sequential =>
  new nn.Sequential(
    new nn.Conv2d(1, 20, 5), new nn.MaxPool2d(2),
    new nn.Conv2d(20, 50, 5), new nn.MaxPool2d(2),
    new nn.Conv2d(50, 500, 4), new nn.ReLU(),
    new nn.Conv2d(500, 26, 2),
  );

/** Typefaces that no network here learns from. */
const faces = ["abel", "actor", "voltaire", "rufina", "old-standard-tt", "arvo", "crete-round", "kameron", "oxygen-mono", "share-tech-mono", "handlee", "patrick-hand"];

/** The mean of red, green and blue. */
function grey({ name, images, labels, classes, length }: data.ImageDataset): data.ImageDataset {
  const plane = 32 * 32;
  const mean = (i: number): number => (images[i] + images[i + plane] + images[i + 2 * plane]) / 3;
  return new data.ImageDataset({ name, labels, classes, shape: [1, 32, 32], images: Uint8Array.from({ length: length * plane }, (_, i) => mean(i + 2 * plane * Math.floor(i / plane))) });
}

/** A network and how it wants its pixels. */
interface Reader {
  readonly net: nn.Sequential;
  readonly normalization: data.Normalization;
}

/** The probabilities of the letters along a line: 26 rows, a column every four pixels. Column i sees the pixels 4i … 4i + 31. */
async function look({ net, normalization }: Reader, image: Tensor): Promise<number[][]> {
  const { mean: [mean], std: [std] } = normalization;
  const map = step(() => noGrad(() => net.eval().forward(image.to("float32").mean({ axis: 0 }).sub(mean).div(std).reshape(1, 1, 32, -1)).softmax(1).reshape(26, -1)));
  return (await map.array()) as number[][];
}

/** The likeliest letter where each letter of the line stands. */
function read(map: number[][], { letters }: data.Sentence, classes: readonly string[]): string[] {
  return letters.map(({ x }) => {
    const column = Math.min(map[0].length - 1, Math.max(0, Math.round((x - 16) / 4)));
    return classes[map.reduce((best, row, k) => (row[column] > map[best][column] ? k : best), 0)];
  });
}

const right = (found: readonly string[], { letters }: data.Sentence): number => found.filter((letter, i) => letter === letters[i].letter).length / letters.length;

/** A text with every third letter wrong is not readable. */
const inWords = (share: number): string => (share >= 0.85 ? "read" : share <= 2 / 3 ? "not read" : "half read");
const percent = (share: number): number => Math.round(1000 * share) / 10;

export default defineLab({
  settings: {
    drawings: { quick: 6, full: 20, min: 1, whole: true, about: "drawings of each letter in each typeface" },
    epochs: { quick: 5, full: 15, min: 1, whole: true, about: "passes over all drawings" },
    rate: { value: 0.02, above: 0, about: "learning rate of SGD with momentum 0.9, a tenth of it by the last epoch" },
    batch: { value: 64, min: 1, whole: true, about: "letters a step" },
    text: { value: "THE QUICK BROWN FOX JUMPS OVER THE DOG", about: "the line to read: capital letters and spaces" },
  },

  async run(lab) {
    const { drawings, epochs, rate, batch, text } = lab.settings;

    const learn = async (name: string, jitter: boolean) => {
      const drawn = await data.drawCharacters({ drawings, validationDrawings: Math.ceil(drawings / 2), jitter, onProgress: (done) => void lab.progress(done, 1, "drawing letters") });
      const training = new data.DataLoader(grey(drawn.train), { batch, shuffle: true, normalize: "standardize" });
      const { normalization } = training;
      const validation = new data.DataLoader(grey(drawn.validation), { batch: 500, normalize: normalization });
      const net = network();
      const optimizer = new optim.SGD(net.parameters(), { lr: rate, momentum: 0.9 });
      const schedule = optim.schedules.exponential({ gamma: 0.1 ** (1 / epochs) });
      const trainer = new Trainer({ model: new nn.Sequential(net, new nn.Flatten()), optimizer, loss: crossEntropy, schedule });
      const { history } = await lab.fit(name, trainer, training, validation, { epochs });
      const last = history[history.length - 1];
      return { net, normalization, drawn, history, error: 1 - last.validation!.accuracy, top5: 1 - last.validation!.top5, gap: last.train.accuracy - last.validation!.accuracy };
    };
    const alone = await learn("letters-alone", false);
    const inLine = await learn("letters-in-line", true);
    const { classes } = alone.drawn.train;

    lab.text("## Single letters");
    lab.figure("letters", plot.grid([
      await plot.imageGrid(alone.drawn.train.limit(26), { title: "Alone on plain paper", columns: 9 }),
      await plot.imageGrid(inLine.drawn.train.limit(26), { title: "As in a line of text", columns: 9 }),
    ]), "What the two networks learn from. The typefaces of the validation set are in neither training set.");
    const errors = (title: string, { history }: typeof alone) =>
      plot.lines({
        title, x: { label: "epoch" }, y: { label: "error", format: "percent", range: [0, 1] },
        series: ["accuracy", "top5"].map((metric) => ({
          name: metric === "top5" ? "top-5" : "top-1",
          y: history.map(({ train }) => 1 - train[metric]), validation: history.map(({ validation }) => 1 - validation![metric]),
        })),
      });
    lab.figure("errors", plot.grid([errors("Letters alone", alone), errors("Letters in a line", inLine)]),
      "Top-1: the likeliest letter is wrong; top-5: the right one is not among the five likeliest. Solid: training, dashed: typefaces never seen.");
    lab.claim("validation-error", percent(alone.error));
    lab.claim("top-5-below-top-1", alone.top5 < alone.error ? "below" : "not below");

    lab.text("## What the first layer looks for");
    lab.figure("filters", plot.grid([
      await plot.imageGrid(alone.net.parameters()[0], { title: "Letters alone", range: "each", columns: 5 }),
      await plot.imageGrid(inLine.net.parameters()[0], { title: "Letters in a line", range: "each", columns: 5 }),
    ]), "The 20 filters of 5 × 5 pixels. Several are edges: light on one side, dark on the other.");

    lab.text("## A line of text");
    const line = await data.drawSentence({ text });
    const maps = [await look(alone, line.image), await look(inLine, line.image)];
    lab.claim("map", [1, maps[0][0].length, maps[0].length]);
    lab.figure("line", await plot.imageGrid(line.image.unsqueeze(0), { columns: 1, width: 960, height: 90 }), `The line, 32 × ${line.image.shape[2]} pixels, in a typeface that neither network has seen.`);
    for (const [i, name] of (["alone", "in a line"] as const).entries()) {
      lab.figure(`map-${i + 1}`, plot.heatMap({ values: maps[i], rows: classes, title: `Learnt from letters ${name}`, columnLabel: "place, 4 pixels each", square: false, width: 960, height: 420, range: [0, 1] }),
        "The probability of each letter in each place of the line.");
    }
    lab.table("line-read", [
      { "learnt from": "the line itself", letters: line.letters.map(({ letter }) => letter).join(" "), right: null },
      ...[alone, inLine].map((_, i) => {
        const found = read(maps[i], line, classes);
        return { "learnt from": ["letters alone", "letters in a line"][i], letters: found.join(" "), right: `${percent(right(found, line))} %` };
      }),
    ], "The likeliest letter where each letter stands.");

    const lines = await Promise.all(faces.map((family) => data.drawSentence({ text, family })));
    const shares: number[][] = [];
    for (const each of lines) shares.push([right(read(await look(alone, each.image), each, classes), each), right(read(await look(inLine, each.image), each, classes), each)]);
    lab.figure("faces", plot.bars({
      title: "Letters read in the line, by typeface", categories: faces, value: { label: "read", format: "percent", range: [0, 1] },
      series: [{ name: "letters alone", values: shares.map(([a]) => a) }, { name: "letters in a line", values: shares.map(([, b]) => b) }],
    }), "The same line in all typefaces that were kept for validation.");
    const mean = (k: number): number => shares.reduce((sum, each) => sum + each[k], 0) / shares.length;
    lab.table("networks", [alone, inLine].map(({ error, top5, gap }, i) => ({
      "learnt from": ["letters alone", "letters in a line"][i], "top-1 error %": percent(error), "top-5 error %": percent(top5), "validation − training, points": percent(gap), "letters read, %": percent(mean(i)),
    })), "Letters read: mean over the typefaces.");
    lab.claim("line-without-jitter", inWords(mean(0)));
    lab.claim("line-with-jitter", inWords(mean(1)));
    lab.claim("gap-with-jitter", inLine.gap < alone.gap ? "narrower" : "not narrower");
  },
});
