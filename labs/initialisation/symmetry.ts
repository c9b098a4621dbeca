/** All weights equal: units of a layer that begin alike stay alike. */

import { crossEntropy, data, evaluate, type Lab, manualSeed, nn, optim, plot, step, Trainer } from "nabla";

const starts = {
  "all 0": (weight: nn.Linear["weight"]) => void nn.init.zeros(weight),
  "all 0.1": (weight: nn.Linear["weight"]) => void nn.init.constant(weight, 0.1),
  Kaiming: (weight: nn.Linear["weight"]) => void nn.init.kaimingNormal(weight),
} as const;

/** Units of a layer that differ from all before them. */
async function differentUnits({ weight }: nn.Linear): Promise<number> {
  const [units, inputs] = weight.shape;
  const values = await weight.data();
  const rows = new Set(Array.from({ length: units }, (_, i) => Array.from(values.subarray(i * inputs, (i + 1) * inputs), (each) => each.toPrecision(3)).join()));
  return rows.size;
}

export async function breakSymmetry(lab: Lab<{ epochs: number }>): Promise<void> {
  const { train, validation } = await lab.data("digits");
  const loader = new data.DataLoader(train, { batch: 32, shuffle: true, seed: 0, normalize: "standardize" });
  const unseen = new data.DataLoader(validation, { batch: 500, normalize: loader.normalization });
  const rows: { weights: string; gradient: number; units: number; loss: number; accuracy: number; losses: number[] }[] = [];
  for (const [i, [name, start]] of Object.entries(starts).entries()) {
    await lab.progress(i, 3, "symmetry");
    manualSeed(0);
    const [first, second] = [new nn.Linear(64, 32), new nn.Linear(32, 10)];
    const model = new nn.Sequential(new nn.Flatten(), first, new nn.ReLU(), second);
    for (const layer of [first, second]) {
      start(layer.weight);
      nn.init.zeros(layer.bias!);
    }
    let gradient = 0;
    for await (const { x, y } of loader.epoch(0)) {
      gradient = await step(() => {
        crossEntropy(model.forward(x), y).backward();
        return first.weight.grad!.abs().max();
      }).item();
      break;
    }
    const trainer = new Trainer({ model, optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }), loss: crossEntropy });
    const { history } = await trainer.fit(loader, unseen, { epochs: lab.settings.epochs });
    const { loss, accuracy } = (await evaluate(model, crossEntropy, unseen))!;
    rows.push({ weights: name, gradient, units: await differentUnits(first), loss, accuracy, losses: history.map((record) => record.train.loss) });
  }
  lab.figure("symmetry", plot.lines({ x: { label: "epoch" }, y: { label: "training loss" }, series: rows.map(({ weights, losses }) => ({ name: weights, y: losses, points: true })) }), "A network 64 – 32 – 10 on digits, from three starts.");
  lab.table("symmetry", rows.map(({ weights, gradient, units, loss, accuracy }) => ({ weights, "largest first gradient of layer 1": gradient, "different units of 32": units, "validation loss": loss, "accuracy (%)": 100 * accuracy })), "After training");
  const [zero, equal, random] = rows;
  lab.claim("zero-weights-no-gradient", zero.gradient);
  lab.claim("zero-weights-chance", 100 * zero.accuracy);
  lab.claim("equal-weights-one-unit", equal.units);
  lab.claim("random-weights-all-units", random.units);
  lab.claim("order-of-starts", rows.toSorted((a, b) => a.loss - b.loss).map(({ weights }) => weights));
}
