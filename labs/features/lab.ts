/** Features: a network that has learnt a thousand classes names photographs, and what it computes on the way ranks images of a kind it has never met. */

import { join } from "node:path";
import { classic, data, defineLab, loadWeights, metrics, models, noGrad, plot, step, type Tensor, topk } from "nabla";

/** Photographs, and the answers that would be right; of flowers there is no class. */
const photos: Readonly<Record<string, readonly string[]>> = {
  beagle: ["beagle"], bell_pepper: ["bell pepper"], bridge: ["suspension bridge"], burger: ["cheeseburger"], cat: ["tabby", "tiger cat"], coffee: ["espresso"],
  flowers: [], jockey: ["sorrel"], pizza: ["pizza"], shuttle: ["space shuttle"], sports_car: ["sports car"], taxis: ["cab"],
};

/** What the network was trained on: 0 … 255 less the mean of each colour. */
const centred: data.Normalization = { kind: "none", mean: [123, 117, 104], std: [1, 1, 1] };

/** All of a set, enlarged to side × side, in batches. */
const enlarged = (set: data.ImageDataset, side: number, batch: number, normalize: data.Normalization | "unit" | "none"): data.DataLoader =>
  new data.DataLoader(set, { batch, transforms: [data.resize({ size: side })], normalize });

/** The middles of photographs, the shorter side brought to 256 pixels: 227 × 227. */
async function middles(folder: string, names: readonly string[]): Promise<data.ImageDataset> {
  const images = new Uint8Array(names.length * 3 * 227 * 227);
  for (const [i, name] of names.entries()) {
    const image = await data.readImage(join(folder, `${name}.jpg`));
    const [, height, width] = image.shape;
    const scale = 256 / Math.min(height, width);
    const one = new data.ImageDataset({ name, images: Uint8Array.from(await image.data()), labels: Int32Array.of(0), shape: [3, height, width], classes: [name] });
    const transforms = [data.resize({ size: [Math.round(scale * height), Math.round(scale * width)] }), data.centerCrop({ size: 227 })];
    for await (const { x } of new data.DataLoader(one, { transforms, normalize: "none" })) images.set(await x.data(), i * 3 * 227 * 227);
  }
  return new data.ImageDataset({ name: "photographs", images, labels: Int32Array.from(names.keys()), shape: [3, 227, 227], classes: names });
}

const cifarClasses = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/** Rows brought to length 1. */
const unit = (rows: number[][]): number[][] => rows.map((row) => row.map((value) => value / (Math.hypot(...row) || 1)));

const thousandths = (values: readonly number[]): number[] => values.map((value) => Math.round(1000 * value) / 1000);
const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

export default defineLab({
  settings: {
    train: { quick: 1500, full: 10_000, min: 100, max: 50_000, whole: true, about: "images of CIFAR-10 to learn from" },
    test: { quick: 800, full: 4_000, min: 100, max: 10_000, whole: true, about: "images to rank" },
    classes: { value: ["airplane", "automobile", "horse"], choices: cifarClasses, about: "the classes to find among all ten" },
    side: { value: 96, min: 32, whole: true, about: "pixels to which images of 32 × 32 are enlarged for the network" },
    bagSide: { value: 64, min: 32, whole: true, about: "pixels to which they are enlarged for the bag of visual words" },
    words: { quick: 300, full: 1000, min: 2, whole: true, about: "size of the dictionary" },
    c: { value: 1, above: 0, about: "C of the support vector machines: their loss against their penalty" },
  },

  async run(lab) {
    const { train, test, side, bagSide, words, c } = lab.settings;
    const weights = lab.folder("weights");
    const names = (await data.readText(join(weights, "imagenet_classes.txt"))).split("\n");
    const net = models.squeezenet({ version: "1.0", classifierPadding: 1 }).eval();
    net.loadStateDict(models.squeezenetFromCaffe(loadWeights(join(weights, "squeezenet_v1.0_imagenet.safetensors"))));

    lab.text("## Twelve photographs");
    const crops = await middles(lab.folder("photos"), Object.keys(photos));
    const answers: { readonly photo: string; readonly likeliest: readonly string[]; readonly scores: readonly number[] }[] = [];
    for await (const { x, y } of new data.DataLoader(crops, { normalize: centred })) {
      const { values, indices } = step(() => noGrad(() => topk(net.forward(x).softmax(1), 5)));
      const [scores, places, which] = [(await values.array()) as number[][], (await indices.array()) as number[][], await y.data()];
      which.forEach((k: number, i: number) => answers.push({ photo: crops.classes[k], likeliest: places[i].map((place) => names[place]), scores: scores[i] }));
    }
    const good = ({ photo, likeliest }: (typeof answers)[number]): boolean => photos[photo].includes(likeliest[0]);
    for await (const { x } of enlarged(crops, 113, crops.length, "none")) {
      lab.figure("photographs", await plot.imageGrid(x.to("uint8"), { columns: 6, width: 960, captions: answers.map(({ likeliest, scores }) => `${likeliest[0]} ${scores[0].toFixed(2)}`) }),
        "What the network sees, and its likeliest class with its probability.");
    }
    lab.table("top-5", answers.map(({ photo, likeliest, scores }) => ({
      photograph: photo, ...Object.fromEntries(likeliest.map((name, i) => [["1st", "2nd", "3rd", "4th", "5th"][i], `${name} ${scores[i].toFixed(3)}`])), right: good({ photo, likeliest, scores }),
    })), "The five likeliest of 1000 classes. Of flowers there is none that would be right.");
    const pepper = answers.find(({ photo }) => photo === "bell_pepper")!;
    lab.claim("pepper", pepper.likeliest[0]);
    lab.claim("pepper-second", pepper.likeliest[1]);
    lab.claim("pepper-score", thousandths(pepper.scores)[0]);
    lab.claim("scores", thousandths(answers.map(({ scores }) => scores[0])));

    lab.text("## Three classes, each against all others");
    const cifar = await lab.data("cifar10");
    const [learnt, ranked] = [cifar.train.limit(train), cifar.validation.limit(test)];
    const classes = lab.settings.classes.map((name) => cifar.train.classes.indexOf(name));
    /** The scores of one machine for each class, from rows of numbers that describe the images. */
    const rank = async (describe: (set: data.ImageDataset) => Promise<number[][]>): Promise<number[][]> => {
      const [known, rows] = [unit(await describe(learnt)), unit(await describe(ranked))];
      const scores: number[][] = [];
      for (const k of classes) {
        const machine = await new classic.LinearSVC({ C: c }).fit(known, Array.from(learnt.labels, (label) => Number(label === k)));
        scores.push(Array.from(await (await machine.decisionFunction(rows)).data()));
      }
      return scores;
    };
    const gather = async (what: string, set: data.ImageDataset, loader: data.DataLoader, describe: (x: Tensor) => Tensor | Promise<Tensor>): Promise<number[][]> => {
      const rows: number[][] = [];
      for await (const { x } of loader) {
        rows.push(...((await (await describe(x)).array()) as number[][]));
        await lab.progress(rows.length, set.length, what);
      }
      loader.close();
      return rows;
    };

    const cnn = await lab.memo("cnn-features", () =>
      rank((set) => gather(`CNN features, ${set.name}`, set, enlarged(set, side, 16, centred), (x) => step(() => noGrad(() => net.features.forward(x).mean({ axis: [2, 3] }))))));
    const bag = await lab.memo("visual-words", async () => {
      const bag = new classic.BagOfVisualWords({ words, descriptors: 100 * words });
      await lab.progress(0, 1, "dictionary");
      for await (const { x } of enlarged(learnt.limit(1000), bagSide, 1000, "unit")) await bag.fit(x);
      return rank((set) => gather(`visual words, ${set.name}`, set, enlarged(set, bagSide, 50, "unit"), (x) => bag.transform(x)));
    });

    const labels = classes.map((k) => Array.from(ranked.labels, (label) => Number(label === k)));
    const precisions = async (scores: number[][]): Promise<number[]> => thousandths(await Promise.all(scores.map((each, i) => metrics.averagePrecision(each, labels[i]))));
    const curves = (title: string, scores: number[][]): Promise<plot.Figure> =>
      plot.precisionRecall(Object.fromEntries(lab.settings.classes.map((name, i) => [name, { scores: scores[i], labels: labels[i] }])), { title });
    const [cnnAp, bagAp] = [await precisions(cnn), await precisions(bag)];
    lab.figure("curves", plot.grid([await curves("Features of the network", cnn), await curves("Bag of visual words", bag)]),
      `${test} images ranked by support vector machines that learnt from ${train}; one image in ten is of the class.`);
    lab.table("average-precision", lab.settings.classes.map((name, i) => ({ class: name, "bag of visual words": bagAp[i], "CNN features": cnnAp[i], gap: thousandths([cnnAp[i] - bagAp[i]])[0] })), "Average precision.");
    lab.claim("order", average(cnnAp) > average(bagAp) ? ["CNN features", "bag of visual words"] : ["bag of visual words", "CNN features"]);
    lab.claim("gap", thousandths([average(cnnAp) - average(bagAp)])[0]);
    lab.claim("cnn", thousandths([average(cnnAp)])[0]);
    lab.claim("bag", thousandths([average(bagAp)])[0]);
  },
});
