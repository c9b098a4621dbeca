/** One dropout layer: expectations, two in a row, order with ReLU, and what batch norm behind it remembers. */

import { Generator, type Lab, nn, noGrad, ones, randn, step, tensor, type Tensor } from "nabla";

const many = 1_000_000;

const average = (t: Tensor): Promise<number> => t.mean().item();

export async function inspectLayer(lab: Lab): Promise<void> {
  await lab.progress(0, 1, "one layer");
  // z = θ₁x₁ + θ₂x₂ with both terms 1, over the four masks that are equally likely at p = 1/2.
  const masks = tensor([[0, 0], [1, 0], [0, 1], [1, 1]]);
  lab.claim("mean-over-masks", await average(masks.sum({ axis: 1 })));

  // The original form: as it is in training, scaled in evaluation.
  const p = 0.2;
  const original = new nn.Dropout(p, { scaledIn: "evaluation", generator: new Generator(1) });
  const inverted = new nn.Dropout(p, { generator: new Generator(1) });
  const x = ones([many]);
  lab.claim("mean-in-training", await average(original.forward(x)));
  lab.claim("scale-in-evaluation", await average(original.eval().forward(x)));
  lab.claim("inverted-keeps-the-mean", await average(inverted.forward(x)));
  lab.claim("evaluation-changes-nothing", await inverted.eval().forward(x).sub(1).abs().max().item());

  // Two in a row, p = 0.5 and q = 0.2.
  const two = new nn.Sequential(new nn.Dropout(0.5, { generator: new Generator(2) }), new nn.Dropout(0.2, { generator: new Generator(3) }));
  const left = await average(two.forward(x).sign());
  lab.claim("two-dropouts-keep", left);
  lab.claim("two-dropouts-drop", 1 - left);

  // The same neurons dropped, before or behind ReLU.
  const values = randn([1000], { generator: new Generator(4) });
  const dropped = (t: Tensor): Tensor => new nn.Dropout(0.5, { generator: new Generator(5) }).forward(t);
  lab.claim("dropout-and-relu-commute", await dropped(values.relu()).sub(dropped(values).relu()).abs().max().item());

  // Batch norm behind dropout remembers the variance of training, which is 1/(1 − p) times that of evaluation.
  const [dropout, norm] = [new nn.Dropout(0.5, { generator: new Generator(6) }), new nn.BatchNorm1d(20)];
  const generator = new Generator(7);
  for (let i = 0; i < 200; i++) step(() => void norm.forward(dropout.forward(randn([256, 20], { generator }))));
  dropout.eval();
  const met = step(() => noGrad(() => dropout.forward(randn([10_000, 20], { generator })).square().mean()));
  lab.claim("batch-norm-behind-dropout", (await average(norm.runningVariance)) / (await met.item()));
}

