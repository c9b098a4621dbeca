/** Neighbours: one or five of them, how many is best, and by what the choice is made. */

import { classic, data, defineLab, plot, tensor } from "nabla";

const distances = { L1: 1, L2: 2 } as const;
type Distance = keyof typeof distances;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

async function fitted(k: number, set: data.PointSet, distance: Distance = "L2"): Promise<classic.KNeighborsClassifier> {
  const { x, y } = set.tensors();
  return new classic.KNeighborsClassifier({ k, p: distances[distance] }).fit(x, y);
}

async function accuracy(model: classic.Classifier, set: data.PointSet): Promise<number> {
  const { x, y } = set.tensors();
  return model.score(x, y);
}

/** Accuracy in each of the folds: trained on four of them, measured on the fifth. */
async function crossValidated(k: number, folds: readonly data.Fold<data.PointSet>[], distance: Distance): Promise<number[]> {
  const accuracies: number[] = [];
  for (const { train, validation } of folds) accuracies.push(await accuracy(await fitted(k, train, distance), validation));
  return accuracies;
}

/** Connected pieces that the classes cut a square about the points into, seen on a grid of size × size. */
async function pieces(model: classic.Classifier, reach: number, size = 120): Promise<number> {
  const at = (i: number): number => reach * ((2 * i) / (size - 1) - 1);
  const points = Array.from({ length: size * size }, (_, i) => [at(i % size), at(Math.floor(i / size))]);
  const classes = await (await model.predict(tensor(points))).data();
  const seen = new Uint8Array(classes.length);
  let count = 0;
  for (let start = 0; start < classes.length; start++) {
    if (seen[start] === 1) continue;
    count++;
    const waiting = [start];
    seen[start] = 1;
    for (let cell = waiting.pop(); cell !== undefined; cell = waiting.pop()) {
      const column = cell % size;
      const around = [column > 0 ? cell - 1 : cell, column < size - 1 ? cell + 1 : cell, cell - size, cell + size];
      for (const next of around) {
        if (seen[next] !== 0 || classes[next] !== classes[start]) continue;
        seen[next] = 1;
        waiting.push(next);
      }
    }
  }
  return count;
}

const percent = (share: number): number => Math.round(1000 * share) / 10;

/** Names by their numbers, the largest first. */
const ordered = (values: Readonly<Record<string, number>>): string[] => Object.keys(values).toSorted((a, b) => values[b] - values[a]);

/** What came out for one seed; accuracies as shares. */
interface Result {
  readonly seed: number;
  readonly train1: number;
  readonly train5: number;
  readonly test1: number;
  readonly test5: number;
  readonly k: number;
  readonly distance: Distance;
  readonly validation: number;
  readonly test: number;
}

export default defineLab({
  settings: {
    samples: { quick: 300, full: 3000, min: 60, whole: true, about: "points of the three classes together" },
    spread: { value: 1.1, above: 0, about: "standard deviation of each class; the centres lie 3 apart" },
    neighbours: { value: [1, 3, 5, 7, 9, 11, 15, 21, 31, 45], min: 1, whole: true, about: "values of k to choose from" },
    folds: { value: 5, min: 2, whole: true, about: "folds of the cross-validation" },
  },
  seeds: { quick: 5, full: 20 },

  async run(lab) {
    const { samples, spread, neighbours, folds } = lab.settings;
    // Corners of a triangle with sides of 3.
    const centers = [90, 210, 330].map((degrees) => [Math.sqrt(3) * Math.cos((degrees * Math.PI) / 180), Math.sqrt(3) * Math.sin((degrees * Math.PI) / 180)]);

    const results: Result[] = [];
    for (const seed of lab.seeds) {
      await lab.progress(seed, lab.seeds.length, "drawing points and choosing k");
      const set = data.blobs({ samples, centers, std: spread, seed });
      // 80 % to learn and choose, 20 % kept apart until everything is decided.
      const [train, rest] = data.split(set, [80, 20], { stratify: true, seed });
      const test = new data.TestSet(rest, { show: () => {} });

      const byFold = data.kFold(train, folds, { stratify: true, seed });
      const scores: Record<Distance, number[][]> = { L1: [], L2: [] };
      for (const k of neighbours) for (const distance of ["L1", "L2"] as const) scores[distance].push(await crossValidated(k, byFold, distance));
      const candidates = (["L1", "L2"] as const).flatMap((distance) => neighbours.map((k, i) => ({ k, distance, score: mean(scores[distance][i]) })));
      const chosen = candidates.reduce((best, each) => (each.score > best.score ? each : best));

      const [one, five, best] = [await fitted(1, train), await fitted(5, train), await fitted(chosen.k, train, chosen.distance)];
      const unseen = test.use("comparing 1-NN, 5-NN and the chosen k");
      results.push({
        seed,
        train1: await accuracy(one, train),
        train5: await accuracy(five, train),
        test1: await accuracy(one, unseen),
        test5: await accuracy(five, unseen),
        k: chosen.k,
        distance: chosen.distance,
        validation: chosen.score,
        test: await accuracy(best, unseen),
      });

      if (seed !== 0) continue;
      // As many as a picture holds.
      const { x, y } = train.subset(Array.from({ length: Math.min(600, train.length) }, (_, i) => i)).tensors();
      const reach = 1.02 * (await x.abs().max().item());
      const square = { points: x, labels: y, classes: ["A", "B", "C"], x: { range: [-reach, reach] }, y: { range: [-reach, reach] }, width: 480, height: 480 } as const;
      const maps = [await plot.boundary(one, { ...square, title: "1-NN" }), await plot.boundary(five, { ...square, title: "5-NN" }), await plot.boundary(best, { ...square, title: `${chosen.k}-NN, ${chosen.distance}` })];
      lab.figure("regions", plot.grid(maps, { columns: 2, width: 680 }), "The class that each place would be given, by one, by five, and by as many neighbours as cross-validation chose. One neighbour gives every training point an island of its own.");
      const cut = { "1-NN": await pieces(one, reach), "5-NN": await pieces(five, reach) };
      lab.text(`One neighbour cuts the square into ${cut["1-NN"]} connected pieces, five neighbours into ${cut["5-NN"]}.`);
      lab.claim("islands", ordered(cut));

      const training: number[] = [];
      for (const k of neighbours) training.push(await accuracy(await fitted(k, train), train));
      lab.figure(
        "choice",
        plot.lines({
          title: `Accuracy by the number of neighbours, ${folds} folds`,
          x: { label: "neighbours k", scale: "log" },
          y: { label: "accuracy", format: "percent" },
          series: [
            { name: "validation folds, L2", x: neighbours, y: scores.L2.map(mean), deviation: scores.L2.map(deviation), best: "max", points: true },
            { name: "validation folds, L1", x: neighbours, y: scores.L1.map(mean), points: true },
            { name: "on its own training points, L2", x: neighbours, y: training, points: true },
          ],
        }),
        "What the training points say of k = 1 is worthless: each is its own nearest neighbour. The band is the deviation between folds.",
      );
    }
    lab.table(
      "seeds",
      results.map(({ seed, train1, train5, test1, test5, k, distance, validation, test }) => ({
        seed,
        "NN train": percent(train1),
        "NN test": percent(test1),
        "5-NN train": percent(train5),
        "5-NN test": percent(test5),
        "chosen k": k,
        by: distance,
        folds: percent(validation),
        test: percent(test),
      })),
      "Accuracy in percent; each row draws its points anew. On the right the k and the distance that cross-validation chose, their accuracy in the folds, and on the test set.",
    );

    const over = (name: Exclude<keyof Result, "distance">): number => mean(results.map((result) => result[name]));
    lab.claim("training-1nn", 100 * over("train1"));
    lab.claim("training-order", ordered({ "1-NN": over("train1"), "5-NN": over("train5") }));
    lab.claim("test-order", ordered({ "5-NN": over("test5"), "1-NN": over("test1") }));
    lab.claim("more-than-one", results.every(({ k }) => k > 1) ? "more than one" : "one");
    lab.claim("estimate", 100 * (over("validation") - over("test")));
  },
});
