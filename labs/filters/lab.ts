import { join } from "node:path";
import { avgPool2d, conv2d, data, defineLab, type FilterName, filterKernel, full, imageFilter, interpolate, LabError, maxPool2d, maximum, minimum, plot, reshape, stack, tensor, type Tensor } from "nabla";

const numbers = async (t: Tensor): Promise<number[]> => Array.from(await t.data(), (v) => Number(v.toPrecision(6)));
/** One image of several [1, C, H, W]. */
const together = (images: readonly Tensor[]): Tensor => stack(images.map((image) => image.select(0, 0)));
const clipped = (image: Tensor): Tensor => minimum(maximum(image, tensor(0)), tensor(1));

export default defineLab({
  settings: {
    photo: { value: "bridge.jpg", folder: "photos", about: "what is filtered" },
    size: { value: 192, min: 16, max: 512, whole: true, about: "height and width that the photo is scaled to" },
    kernel: { value: [-1, -1, 0, -1, 0, 1, 0, 1, 1], about: "your own filter, row by row: 9, 25, … numbers" },
  },
  async run(lab) {
    await example(lab.claim);
    const photo = await square(join(lab.folder("photos"), lab.settings.photo), lab.settings.size);

    lab.text("### Smooth and sharp");
    const smooth: [string, Tensor][] = [
      ["photo", photo],
      ["box 3 × 3", imageFilter(photo, "box", { padding: "same" })],
      ["box 9 × 9", imageFilter(photo, "box", { size: 9, padding: "same" })],
      ["Gaussian 9 × 9", imageFilter(photo, "gaussian", { size: 9, padding: "same" })],
      ["sharpened", imageFilter(photo, "sharpen", { padding: "same" })],
      ["sharpened twice", imageFilter(imageFilter(photo, "sharpen", { padding: "same" }), "sharpen", { padding: "same" })],
    ];
    lab.figure("smooth", await pictures(smooth.map(([name, image]) => [name, clipped(image)]), [0, 1]), "Each channel filtered by itself. The dark frames come from the zeros beyond the edge; a large box shows lines and squares where a Gaussian shows none.");

    lab.text("### Edges");
    const grey = photo.mean({ axis: 1, keepDim: true });
    const edges = (filter: FilterName | Tensor, direction?: "vertical" | "horizontal"): Tensor => imageFilter(grey, filter, { padding: "same", edges: direction });
    const [gx, gy] = [edges("sobel", "vertical"), edges("sobel", "horizontal")];
    const found: [string, Tensor][] = [
      ["edge detection", edges("edge")],
      ["Laplacian", edges("laplacian")],
      ["Sobel, vertical", gx],
      ["Sobel, horizontal", gy],
      ["Scharr, vertical", edges("scharr", "vertical")],
      ["yours", edges(ownKernel(lab.settings.kernel))],
    ];
    lab.figure("edges", await pictures(found.map(([name, image]) => [name, inside(image)]), "each", "diverging"), "The grey photo through filters whose weights sum to 0: nothing where the image is flat, the two colours for the two signs. The last one is yours, --set kernel=….");
    const strength = inside(gx.square().add(gy.square()).sqrt());
    lab.figure("strength", await pictures([["strength of edges", strength]], "each"), "√(Sx² + Sy²) of the two Sobel filters: edges of all directions.");
    await row(lab, inside(grey), strength);

    lab.text("### Pooling");
    const kernels = [2, 4, 8];
    const pooled = [
      ...kernels.map((kernel): [string, Tensor] => [`max ${kernel} × ${kernel}`, maxPool2d(strength, { kernel })]),
      ...kernels.map((kernel): [string, Tensor] => [`average ${kernel} × ${kernel}`, avgPool2d(strength, { kernel })]),
    ];
    const enlarged = pooled.map(([name, image]): [string, Tensor] => [name, interpolate(image, { size: [lab.settings.size, lab.settings.size], mode: "nearest" })]);
    lab.figure("pooling", await pictures(enlarged, "all"), "The strength of edges, pooled and drawn at the same size. The maximum keeps a thin line at full strength wherever it is in its window; the average washes it out.");
    lab.table("pooling-strength", await Promise.all(pooled.map(async ([pool, image]) => ({ pool, size: image.shape.slice(2).join(" × "), "mean strength": await image.mean().item(), strongest: await image.max().item() }))));
  },
});

/** The numbers of the lecture. */
async function example(claim: (id: string, value: number | number[] | string | string[]) => void): Promise<void> {
  const image = tensor([[[[-5, 3, 2, -5, 3], [4, 3, 2, 1, -3], [1, 0, 3, 3, 5], [-2, 0, 1, 4, 4], [5, 6, 7, 9, -1]]]], { dtype: "float64" });
  claim("sharpen", await numbers(imageFilter(image, "sharpen")));
  claim("one-by-one", await numbers(conv2d(image, full([1, 1, 1, 1], 2, { dtype: "float64" })).slice(0, 0, 4)));
  const kernels: [string, FilterName, number][] = [["edge-kernel", "edge", 1], ["box-kernel", "box", 9], ["sharpen-kernel", "sharpen", 1], ["gaussian-kernel", "gaussian", 16]];
  for (const [id, name, times] of kernels) claim(id, await numbers(filterKernel(name, { dtype: "float64" }).mul(times)));

  // A filter of an RGB image has as many channels as the image; what it gives is the sum.
  const rgb = tensor(Float64Array.from({ length: 3 * 32 * 32 }, (_, i) => (i * 37) % 101), { shape: [1, 3, 32, 32] });
  const weights = tensor(Float64Array.from({ length: 75 }, (_, i) => Math.cos(i)), { shape: [1, 3, 5, 5] });
  const map = conv2d(rgb, weights);
  const channels = [0, 1, 2].map((c) => conv2d(rgb.narrow(1, c, 1), weights.narrow(1, c, 1)));
  claim("activation-map", map.shape.slice(2));
  claim("channels-add-up", await channels[0].add(channels[1]).add(channels[2]).sub(map).abs().max().item());

  // The exam's [1 −1; 1 −1] on stripes, and on the same stripes lying down.
  const stripes = tensor(Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 0 : 1)), { shape: [1, 1, 8, 8] });
  const found = (image: Tensor): Promise<number> => imageFilter(image, tensor([[1, -1], [1, -1]])).abs().max().item();
  claim("exam-kernel", (await found(stripes)) > (await found(stripes.transpose(2, 3))) ? "vertical edges" : "horizontal edges");
}

/** The middle of a photo, [1, 3, size, size] of 0 … 1. */
async function square(file: string, size: number): Promise<Tensor> {
  const image = await data.readImage(file);
  const [, height, width] = image.shape;
  const side = Math.min(height, width);
  const middle = image.narrow(1, (height - side) >> 1, side).narrow(2, (width - side) >> 1, side);
  return interpolate(middle.to("float32").div(255).unsqueeze(0), { size: [size, size], mode: "area" });
}

function ownKernel(weights: readonly number[]): Tensor {
  const edge = Math.sqrt(weights.length);
  if (!Number.isInteger(edge)) throw new LabError(`kernel: expected 1, 4, 9, 16, 25, … numbers, row by row, got ${weights.length}.`);
  return reshape(tensor([...weights]), [edge, edge]);
}

/** Without the outermost pixels, where the zeros beyond the edge make one of their own. */
function inside(image: Tensor): Tensor {
  const [, , height, width] = image.shape;
  return image.narrow(2, 2, height - 4).narrow(3, 2, width - 4);
}

const pictures = (named: readonly (readonly [string, Tensor])[], range: "each" | "all" | readonly [number, number], colours?: "diverging") =>
  plot.imageGrid(together(named.map(([, image]) => image)), { captions: named.map(([name]) => name), columns: Math.min(3, named.length), range, ...(colours && { colours }), width: named.length === 1 ? 340 : 780 });

/** One row of pixels, before and behind three filters. */
async function row(lab: { figure(name: string, figure: plot.Figure, caption: string): void }, grey: Tensor, strength: Tensor): Promise<void> {
  const [, , height] = grey.shape;
  const y = height >> 1;
  const through = async (image: Tensor): Promise<number[]> => Array.from(await image.select(2, y).data());
  lab.figure(
    "row",
    plot.lines({
      title: "One row of the photo",
      series: [
        { name: "brightness", y: await through(grey) },
        { name: "box 9 × 9", y: await through(imageFilter(grey, "box", { size: 9, padding: "same" })) },
        { name: "strength of edges", y: await through(strength) },
      ],
      x: { label: "column" },
    }),
    `Row ${y}, left to right: the box smooths what the eye calls noise, and edges are where brightness jumps.`,
  );
}
