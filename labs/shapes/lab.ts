import { avgPool2d, conv1d, convOutputSize, defineLab, full, maxPool2d, models, nn, plot, reshape, summary, tensor, type Tensor } from "nabla";
import { answer, fits, shapeText } from "./layers.js";

const numbers = async (t: Tensor): Promise<number[]> => Array.from(await t.data(), Number);
const conv = (from: number, to: number, kernel: number, options?: ConstructorParameters<typeof nn.Conv2d>[3]): nn.Conv2d => new nn.Conv2d(from, to, kernel, options);
const sees = (...layers: nn.Module[]): number => answer(new nn.Sequential(...layers), [1, 64, 64]).sees ?? 0;
const cost = (model: nn.Module, input: readonly number[]): number => summary(model, input).totals.multiplyAdds;

export default defineLab({
  settings: {
    size: { value: 32, min: 1, whole: true, about: "your layer: height and width of its input" },
    channels: { value: 3, min: 1, whole: true, about: "channels of its input" },
    filters: { value: 10, min: 1, whole: true, about: "number of filters" },
    kernel: { value: 5, min: 1, whole: true, about: "size of a filter" },
    stride: { value: 1, min: 1, whole: true, about: "steps between windows" },
    padding: { value: 2, min: 0, whole: true, about: "zeros on each side" },
    dilation: { value: 1, min: 1, whole: true, about: "distance of a filter's taps" },
  },
  async run(lab) {
    // Your layer.
    const { size, channels, filters, kernel, stride, padding, dilation } = lab.settings;
    const window = { kernel, stride, padding, dilation };
    lab.text(`### Your layer: ${filters} filters ${kernel} × ${kernel} on ${size} × ${size} × ${channels}, stride ${stride}, padding ${padding}${dilation > 1 ? `, dilation ${dilation}` : ""}`);
    const own = answer(conv(channels, filters, kernel, { stride, padding, dilation }), [channels, size, size]);
    lab.table("your-layer", [{ ...own, "fits without a rest": fits(size, window) }]);

    // How windows fit.
    lab.claim("stride-1", convOutputSize(7, { kernel: 3, stride: 1 }));
    lab.claim("stride-2", convOutputSize(7, { kernel: 3, stride: 2 }));
    lab.claim("stride-3", fits(7, { kernel: 3, stride: 3 }) ? "fits" : "does not fit");
    lab.claim("shrinking", [28, 24, 20].map((_, i) => convOutputSize(32 - 4 * i, { kernel: 5 })));
    lab.claim("same", answer(conv(3, 10, 5, { padding: 2 }), [3, 32, 32]).output);
    lab.claim("floor-rule", convOutputSize(64, { kernel: 3, stride: 2, padding: 1 }));
    lab.claim("strict-rule", fits(64, { kernel: 3, stride: 2, padding: 1 }) ? "fits" : "does not fit");
    lab.claim("exam-2020", answer(conv(26, 5, 7, { stride: 3, padding: 1 }), [26, 26, 26]).output);
    lab.claim("mock-2020", answer(conv(32, 8, 6, { stride: 2, padding: 1 }), [32, 32, 32]).output);
    lab.claim("exam-2021", answer(conv(28, 6, 5, { stride: 3, padding: 2 }), [28, 28, 28]).output);

    // The filter of a signal, and pooling, by hand.
    const signal = reshape(tensor([4, 3, 2, -5, 3, 5, 2, 5, 5, 6], { dtype: "float64" }), [1, 1, 10]);
    const box = full([1, 1, 3], 1 / 3, { dtype: "float64" });
    lab.claim("box-shrunk", await numbers(conv1d(signal, box)));
    lab.claim("box-padded", (await numbers(conv1d(signal, box, null, { padding: "same" }))).filter((_, i) => i === 0 || i === 9));
    const slice = tensor([[[[3, 1, 3, 5], [6, 0, 7, 9], [3, 2, 1, 4], [0, 2, 4, 3]]]]);
    lab.claim("max-pool", await numbers(maxPool2d(slice, { kernel: 2 })));
    lab.claim("average-pool", await numbers(avgPool2d(slice, { kernel: 2 })));

    // What layers learn.
    lab.claim("filter-parameters", answer(conv(3, 1, 5), [3, 32, 32]).parameters);
    lab.claim("layer-parameters", answer(conv(3, 10, 5), [3, 32, 32]).parameters);
    lab.claim("weights-shape", [...conv(3, 4, 5).weight.shape]);
    lab.claim("first-convolution", answer(conv(3, 8, 3, { padding: 1 }), [3, 80, 80]).parameters);
    lab.claim("stride-does-not-count", answer(conv(3, 5, 4, { stride: 2, padding: 1 }), [3, 32, 32]).parameters);
    lab.claim("one-by-one", answer(conv(32, 1, 1), [32, 64, 64]).parameters);
    lab.claim("hidden-layer", answer(new nn.Linear(3, 4), [3]).parameters);
    lab.claim("output-layer", answer(new nn.Linear(4, 2), [4]).parameters);
    lab.claim("three-layers", answer(models.mlp({ input: [64], hidden: [10, 5], classes: 3 }), [64]).parameters);
    lab.claim("batch-norms", [8, 16, 32].reduce((sum, c) => sum + answer(new nn.BatchNorm2d(c), [c, 10, 10]).parameters, 0));

    // What a value sees.
    lab.claim("two-convolutions", sees(conv(1, 1, 3), conv(1, 1, 3)));
    lab.claim("three-convolutions", sees(conv(1, 1, 3), conv(1, 1, 3), conv(1, 1, 3)));
    lab.claim("convolution-and-pool", sees(conv(1, 1, 5), new nn.MaxPool2d(2)));
    lab.claim("strided-and-pool", sees(conv(1, 1, 4, { stride: 2, padding: 1 }), new nn.MaxPool2d(2)));

    // What layers cost.
    const direct = cost(conv(200, 92, 5, { padding: 2 }), [200, 32, 32]);
    const squeezed = cost(new nn.Sequential(conv(200, 16, 1), conv(16, 92, 5, { padding: 2 })), [200, 32, 32]);
    lab.claim("inception-direct", direct / 1e6);
    lab.claim("inception-squeezed", squeezed / 1e6);
    lab.claim("inception-ratio", direct / squeezed);
    const ordinary = cost(conv(3, 256, 5), [3, 12, 12]);
    const separable = summary(new nn.SeparableConv2d(3, 256, 5), [3, 12, 12]).layers.map((layer) => layer.multiplyAdds);
    lab.claim("ordinary-convolution", ordinary);
    lab.claim("separable-convolution", separable);

    lab.text("### What a value sees");
    const stacks: [string, (i: number) => nn.Module][] = [
      ["3 × 3", () => conv(1, 1, 3)],
      ["3 × 3, every other with stride 2", (i) => conv(1, 1, 3, { stride: 1 + (i % 2) })],
      ["3 × 3, dilation 1, 2, 4, …", (i) => conv(1, 1, 3, { dilation: 2 ** i })],
    ];
    const depths = [1, 2, 3, 4, 5, 6];
    const growth = stacks.map(([name, layer]) => ({ name, points: true, y: depths.map((n) => answer(new nn.Sequential(...depths.slice(0, n).map((_, i) => layer(i))), [1, 200, 200]).sees ?? 0) }));
    lab.figure(
      "receptive-fields",
      plot.lines({ title: "Receptive field of a stack", series: growth, x: { label: "layers" }, y: { label: "pixels along a side", scale: "log" } }),
      "Each layer adds (kernel − 1) times the product of all strides before it, times its dilation: plain stacks grow by a sum, strides and dilations by a product.",
    );

    lab.text("### What it costs");
    lab.figure(
      "multiplications",
      plot.bars({
        title: "Multiplications, in millions",
        direction: "right",
        categories: ["5 × 5 on 200 channels", "1 × 1 to 16 channels first", "5 × 5 from 3 to 256", "depthwise, then 1 × 1"],
        series: [{ name: "multiplications", values: [direct, squeezed, ordinary, separable.reduce((a, b) => a + b)].map((n) => n / 1e6) }],
        value: { label: "millions", scale: "log", range: [0.01, 1000] },
      }),
      "Two ways to the same shape of output: the inception layer squeezes the channels first, the separable convolution looks at each channel by itself. The axis is logarithmic.",
    );
    lab.table("kinds-of-layers", kinds(), "The same input, 16 × 16 × 8, through layers of 16 filters of size 3.");

    lab.text("### The ConvNet of the practical works, layer by layer");
    const { layers } = summary(models.convnet(), [3, 32, 32]);
    lab.table("convnet", layers.filter(({ type }) => !["ReLU", "Flatten"].includes(type)).map(({ layer, outputShape, parameters, multiplyAdds, receptiveField }) => ({ layer, output: shapeText(outputShape), parameters, multiplications: multiplyAdds, sees: receptiveField?.[0] ?? null })));
  },
});

/** What each kind of layer does with the same input. */
function kinds(): Record<string, string | number | null>[] {
  const layers: [string, nn.Module][] = [
    ["convolution", conv(8, 16, 3, { padding: 1 })],
    ["stride 2", conv(8, 16, 3, { padding: 1, stride: 2 })],
    ["dilation 2", conv(8, 16, 3, { padding: 2, dilation: 2 })],
    ["4 groups", conv(8, 16, 3, { padding: 1, groups: 4 })],
    ["depthwise separable", new nn.SeparableConv2d(8, 16, 3, { padding: 1 })],
    ["1 × 1", conv(8, 16, 1)],
    ["transposed, stride 2", new nn.ConvTranspose2d(8, 16, 2, { stride: 2 })],
    ["max pool", new nn.MaxPool2d(2)],
    ["global average pool", new nn.AdaptiveAvgPool2d(1)],
    ["fully connected", new nn.Sequential(new nn.Flatten(), new nn.Linear(16 * 16 * 8, 16 * 16 * 16))],
  ];
  return layers.map(([kind, layer]) => ({ layer: kind, ...answer(layer, [8, 16, 16]) }));
}
