/** ZCA whitening beside pixels from 0 to 1 and standardised ones. */

import { data, type Lab, nn, noGrad, plot, type Tensor } from "nabla";
import { accuracy, curves, summary, type Trainings } from "./training.js";

/** Decorrelates the pixels before anything else sees them. */
class Whitening extends nn.Module {
  constructor(private readonly zca: data.ZcaWhitening) {
    super();
  }

  forward(x: Tensor): Tensor {
    return noGrad(() => this.zca.apply(x));
  }
}

export async function whiten(lab: Lab<{ epochs: number; rate: number }>, { training, unit, convnet, train }: Trainings): Promise<void> {
  const { epochs, rate } = lab.settings;
  lab.text("## ZCA whitening");
  const some = training.limit(10_000);
  const sample = new data.DataLoader(some, { batch: some.length, normalize: unit });
  for await (const { x } of sample) {
    const whitening = new Whitening(new data.ZcaWhitening(x));
    const runs = {
      plain: await train("plain", { epochs, rate }),
      standardised: await train("standardised", { standardise: true, epochs, rate }),
      ZCA: await train("zca", { epochs, rate, model: new nn.Sequential(whitening, convnet({})) }),
    };
    lab.figure("whitened", await plot.imageGrid(whitening.forward(x.slice({ start: 0, end: 10 })), { range: "each", columns: 10 }), "Ten training images as the network sees them: what is left is what neighbouring pixels do not tell.");
    lab.figure("zca", curves(runs, "Preparing the pixels"), "Solid: training, dashed: test.");
    lab.table("runs", summary(runs));
    lab.claim("zca", accuracy(runs.ZCA) < accuracy(runs.standardised) ? "worse" : "not worse");
  }
  sample.close();
}
