/** Whether a deep network learns from each start. */

import { crossEntropy, data, type Lab, manualSeed, nn, optim, plot, Trainer } from "nabla";
import { type Activation, type Scheme, schemes } from "./deep.js";

const depth = 10;
const width = 100;

export async function trainDeep(lab: Lab<{ epochs: number }>): Promise<void> {
  const { train, validation } = await lab.data("digits");
  const loader = new data.DataLoader(train, { batch: 32, shuffle: true, seed: 0, normalize: "standardize" });
  const unseen = new data.DataLoader(validation, { batch: 500, normalize: loader.normalization });
  const accuracies: Record<Activation, number[]> = { tanh: [], relu: [] };
  const names = Object.keys(schemes) as Scheme[];
  const figures: plot.Figure[] = [];
  for (const activation of ["tanh", "relu"] as const) {
    const series: plot.Series[] = [];
    for (const name of names) {
      await lab.progress(accuracies.tanh.length + accuracies.relu.length, 2 * names.length, "training deep networks");
      manualSeed(0);
      const sizes = [64, ...Array.from({ length: depth }, () => width), 10];
      const linear = sizes.slice(1).map((out, i) => new nn.Linear(sizes[i], out));
      for (const { weight, bias } of linear) {
        nn.init.normalInit(weight, 0, schemes[name](weight.shape[1]));
        nn.init.zeros(bias!);
      }
      const model = new nn.Sequential(new nn.Flatten(), ...linear.slice(0, -1).flatMap((layer) => [layer, activation === "tanh" ? new nn.Tanh() : new nn.ReLU()]), linear.at(-1)!);
      const losses = await lab.memo(`${activation}-${names.indexOf(name)}`, async () => {
        const trainer = new Trainer({ model, optimizer: new optim.SGD(model.parameters(), { lr: 0.02 }), loss: crossEntropy, clipGradNorm: 1 });
        const { history } = await trainer.fit(loader, unseen, { epochs: lab.settings.epochs });
        return history.map(({ train: { loss }, validation: measured }) => ({ loss, accuracy: measured!.accuracy }));
      });
      accuracies[activation].push(losses.at(-1)!.accuracy);
      series.push({ name, y: losses.map(({ accuracy }) => accuracy), points: true });
    }
    figures.push(plot.lines({ title: activation, x: { label: "epoch" }, y: { label: "validation accuracy", format: "percent", range: [0, 1] }, series }));
  }
  lab.figure("training", plot.grid(figures, { columns: 2 }), `${depth} layers of ${width} units learn digits from each start; SGD, learning rate 0.02, gradients clipped to length 1.`);
  const percent = (activation: Activation, name: Scheme): number => 100 * accuracies[activation][names.indexOf(name)];
  lab.claim("small-weights-do-not-learn", percent("tanh", "σ = 0.01"));
  lab.claim("xavier-tanh-learns", percent("tanh", "Xavier, Var = 1/n"));
  lab.claim("large-weights-learn-less", percent("tanh", "Xavier, Var = 1/n") - percent("tanh", "σ = 1"));
  lab.claim("kaiming-over-xavier-with-relu", percent("relu", "Kaiming, Var = 2/n") - percent("relu", "Xavier, Var = 1/n"));
}
