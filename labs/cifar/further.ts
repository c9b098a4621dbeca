/** A larger network, beyond the practical work. */

import { type Lab, nn, optim } from "nabla";
import { ladder } from "./ladder.js";
import { curves, summary, type Trainings } from "./training.js";

/** Six convolutions of 3 × 3 with batch norm, each pair twice as wide as the one before; no hidden layer. */
function larger(): nn.Sequential {
  const pair = (from: number, to: number): nn.Module[] => [
    new nn.Conv2d(from, to, 3, { padding: 1, bias: false }), new nn.BatchNorm2d(to), new nn.ReLU(),
    new nn.Conv2d(to, to, 3, { padding: 1, bias: false }), new nn.BatchNorm2d(to), new nn.ReLU(), new nn.MaxPool2d(2),
  ];
  return new nn.Sequential(...pair(3, 64), ...pair(64, 128), ...pair(128, 256), new nn.GlobalAvgPool2d(), new nn.Flatten(), new nn.Dropout(0.3), new nn.Linear(256, 10));
}

export async function goFurther(lab: Lab<{ furtherEpochs: number; normRate: number }>, { train }: Trainings): Promise<void> {
  const { furtherEpochs, normRate } = lab.settings;
  lab.text("## A larger network");
  const history = await train("further", {
    ...ladder["batch-norm"], model: larger(), epochs: furtherEpochs, rate: normRate,
    schedule: optim.schedules.cosine(), loss: new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }),
  });
  lab.figure("further", curves({ "larger network": history }, "Six convolutions, cosine, label smoothing"), "Solid: training, dashed: test.");
  lab.table("further-run", summary({ "larger network": history }));
}
