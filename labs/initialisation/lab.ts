/** Initialisation: ten layers of 500 units from small, large, Xavier's and Kaiming's weights; equal weights; and the exam's α. */

import { defineLab, Generator, nn, plot, randn, tensor, zeros } from "nabla";
import { compareSchemes, drawHistograms, type Scheme } from "./deep.js";
import { breakSymmetry } from "./symmetry.js";
import { trainDeep } from "./training.js";

export default defineLab({
  settings: {
    depth: { value: 10, min: 2, max: 50, whole: true, about: "layers" },
    width: { value: 500, min: 10, whole: true, about: "units of each layer" },
    samples: { quick: 500, full: 1000, min: 50, whole: true, about: "unit Gaussian inputs" },
    epochs: { quick: 5, full: 30, min: 1, whole: true },
  },

  async run(lab) {
    const all = await compareSchemes(lab);
    const [small, large, xavier, kaiming]: Scheme[] = ["σ = 0.01", "σ = 1", "Xavier, Var = 1/n", "Kaiming, Var = 2/n"];
    lab.figure(
      "tanh",
      plot.grid([await drawHistograms(small, all.tanh[small], [-1, 1]), await drawHistograms(large, all.tanh[large], [-1.05, 1.05]), await drawHistograms(xavier, all.tanh[xavier], [-1.05, 1.05])], { columns: 3 }),
      "tanh. Small weights: nothing arrives. Large ones: all is −1 or 1. Xavier's: spread over the range, in every layer.",
    );
    lab.figure(
      "relu",
      plot.grid([await drawHistograms(xavier, all.relu[xavier], [0, 3]), await drawHistograms(kaiming, all.relu[kaiming], [0, 3])], { columns: 2 }),
      "ReLU; the half of the activations that is 0 is left out. It halves the mean square in each layer: with Xavier's weights little is left after ten, and Kaiming's twice the variance makes up for it.",
    );
    const depths = Array.from({ length: lab.settings.depth }, (_, i) => i + 1);
    for (const activation of ["tanh", "relu"] as const) {
      const log = (values: readonly number[]): number[] => values.map((value) => (value > 0 ? value : NaN));
      const chart = (title: string, label: string, pick: "sizes" | "gradients"): plot.Figure =>
        plot.lines({ title, x: { label: "layer" }, y: { label, scale: "log" }, series: Object.entries(all[activation]).map(([name, layers]) => ({ name, x: depths, y: log(layers[pick]), points: true })) });
      lab.figure(`${activation}-sizes`, plot.grid([chart(`${activation}: activations`, "root mean square", "sizes"), chart(`${activation}: gradients of the weights`, "root mean square", "gradients")], { columns: 2 }), `How large activations and gradients are in each layer, with ${activation}.`);
      lab.table(activation, Object.entries(all[activation]).map(([weights, { deviations, sizes, saturated, slopes, gradients }]) => ({ weights, "deviation in layer 1": deviations[0], "in the last": deviations.at(-1)!, "root mean square, last": sizes.at(-1)!, "share beyond ±0.99, last (%)": activation === "tanh" ? 100 * saturated.at(-1)! : null, "mean slope, last": slopes.at(-1)!, "gradient of the first weights": gradients[0] })), activation);
    }
    const { tanh, relu } = all;
    lab.claim("small-weights-output", tanh[small].deviations.at(-1)!);
    lab.claim("small-weights-gradient", tanh[small].gradients.at(-1)! / tanh[xavier].gradients.at(-1)!);
    lab.claim("large-weights-saturated", 100 * tanh[large].saturated.at(-1)!);
    lab.claim("large-weights-slope", tanh[large].slopes.at(-1)!);
    lab.claim("large-weights-gradient", tanh[large].gradients[0] < tanh[xavier].gradients[0] ? "smaller" : "larger");
    lab.claim("xavier-keeps-tanh-alive", tanh[xavier].deviations.at(-1)!);
    lab.claim("xavier-saturates-nothing", 100 * tanh[xavier].saturated.at(-1)!);
    lab.claim("xavier-relu-halves", (relu[xavier].sizes.at(-1)! / relu[xavier].sizes[0]) ** (2 / (lab.settings.depth - 1)));
    lab.claim("xavier-relu-dies", relu[xavier].sizes.at(-1)!);
    lab.claim("kaiming-relu-keeps", relu[kaiming].sizes.at(-1)!);

    // Var(s) = Var(x) for one linear layer; and with weights of U(−α, α), α = √(3/n).
    const n = 500;
    const x = randn([2000, n], { generator: new Generator(1) });
    const varianceAfter = async (weight: ReturnType<typeof zeros>): Promise<number> => x.matmul(weight.transpose()).square().mean().item();
    lab.claim("xavier-keeps-variance", await varianceAfter(nn.init.lecunNormal(zeros([n, n]), { generator: new Generator(2) })));
    const alpha = Math.sqrt(3 / n);
    lab.claim("uniform-keeps-variance", await varianceAfter(nn.init.uniformInit(zeros([n, n]), -alpha, alpha, { generator: new Generator(3) })));
    const inputs = tensor([2, -4, 1]);
    const sums = [tensor([0.05, 0.025, -0.03]), tensor([1, 0.5, 1.5])].map((weights) => weights.mul(inputs).sum());
    lab.claim("exam-sums", [await sums[0].item(), await sums[1].item()]);

    await breakSymmetry(lab);
    await trainDeep(lab);
  },
});
