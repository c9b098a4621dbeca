/** What one batch-norm layer does, in training and in evaluation. */

import { concat, Generator, type Lab, nn, noGrad, randn, step, tensor, type Tensor, zeros } from "nabla";

const features = 50;

/** Normal numbers of mean 3 and deviation 2. */
const draw = (rows: number, generator: Generator): Tensor => randn([rows, features], { generator }).mul(2).add(3);

const largest = (t: Tensor): Promise<number> => t.abs().max().item();

export async function inspectLayer(lab: Lab): Promise<void> {
  await lab.progress(0, 1, "one layer");
  const generator = new Generator(1);
  const x = draw(256, generator);
  const mean = x.mean({ axis: 0 });
  const variance = x.sub(mean).square().mean({ axis: 0 });
  const layer = new nn.BatchNorm1d(features);
  const y = layer.forward(x);
  lab.claim("mean-becomes-zero", await largest(y.mean({ axis: 0 })));
  lab.claim("variance-becomes-one", await largest(y.square().mean({ axis: 0 }).sub(1)));

  // γ = √Var, β = E undo it.
  noGrad(() => {
    layer.weight!.copyFrom(variance.add(layer.eps).sqrt());
    layer.bias!.copyFrom(mean);
  });
  lab.claim("scale-and-shift-undo-it", await largest(layer.forward(x).sub(x)));

  // A constant before batch norm is subtracted again, so a bias there learns nothing.
  const linear = new nn.Linear(features, features);
  const norm = new nn.BatchNorm1d(features);
  const before = norm.forward(linear.forward(x));
  noGrad(() => linear.bias!.copyFrom(linear.bias!.add(7)));
  lab.claim("bias-before-has-no-effect", await largest(norm.forward(linear.forward(x)).sub(before)));
  step(() => norm.forward(linear.forward(x)).mul(randn([256, features], { generator })).sum().backward());
  lab.claim("bias-before-gets-no-gradient", (await largest(linear.bias!.grad!)) / (await largest(linear.weight.grad!)));

  // f(a) + f(b) = f(a + b) + f(0) for a linear function with a constant.
  const [a, b] = [draw(64, generator), draw(64, generator)];
  const curved = (): Promise<number> => step(() => norm.forward(a).add(norm.forward(b)).sub(norm.forward(a.add(b))).sub(norm.forward(zeros([64, features]))).abs().max()).item();
  lab.claim("not-linear-in-training", await curved());
  norm.eval();
  lab.claim("linear-in-evaluation", await curved());

  // The output of a sample hangs on its companions in training, not in evaluation.
  const companions = async (): Promise<number> => {
    const one = a.slice({ end: 1 });
    const outputs = [a, b].map((others) => norm.forward(concat([one, others])).slice({ end: 1 }));
    return largest(outputs[0].sub(outputs[1]));
  };
  lab.claim("alone-in-evaluation", await companions());
}

/** How far the running statistics are from the truth, by batch size: batch norm of 200 batches of numbers with mean 3 and variance 4. */
export async function followStatistics(lab: Lab): Promise<void> {
  const rows = [];
  for (const batch of [2, 8, 32, 128]) {
    await lab.progress(rows.length, 4, "running statistics");
    const layer = new nn.BatchNorm1d(features);
    const generator = new Generator(2);
    for (let i = 0; i < 200; i++) step(() => void layer.forward(draw(batch, generator)));
    const off = async (statistics: Tensor, truth: number): Promise<number> => statistics.sub(tensor(truth)).square().mean().sqrt().item();
    rows.push({ batch, "error of the mean": await off(layer.runningMean, 3), "error of the variance": await off(layer.runningVariance, 4) });
  }
  lab.table("statistics", rows, "Running statistics after 200 batches; the truth is 3 and 4");
  lab.claim("small-batches-misjudge-the-mean", rows[0]["error of the mean"] / rows[3]["error of the mean"]);
  lab.claim("small-batches-misjudge-the-variance", rows[0]["error of the variance"] / rows[3]["error of the variance"]);
}
