/** Which source file is described on which page of the API reference. */

/** Pages whose files are named here; the first that matches wins. Paths are relative to src/. */
const named = [
  ["tensor", "Tensors, memory and backends", /^(tensor|backend)\/|^base\/dtype/, "What a tensor is, how long it lives, and where it is computed."],
  ["creation", "Making tensors", /^ops\/(create|random\w*)\.ts|^base\/generator/, "From numbers, constants, ranges and random streams."],
  ["elementwise", "Element by element", /^ops\/(arithmetic|elementwise|compare|cast|division|exponentials|trigonometry|logic|special\w*|bitwise)\.ts/, "Operands broadcast as in NumPy, and types meet in the larger one."],
  ["activations", "Activations", /^ops\/(activations|softmax|piecewise|smoothActivations)\.ts/, "As functions; each is a layer in `nn` too."],
  ["reductions", "Reductions, sorting and search", /^ops\/(reduce|sort|cumulative|statistics)\.ts/, "Along one axis, several or all."],
  ["shapes", "Shapes", /^ops\/(views|slice|split|rearrange|padWith|diagonal)\.ts/, "Views where the layout allows it, copies where not."],
  ["indexing", "Indexing", /^ops\/(indexing|gatherScatter)\.ts/, "Indices are int32 tensors."],
  ["products", "Products, norms and distances", /^ops\/(matmul|products|einsum|bilinear|norm\w*|distance\w*)\.ts/, "Leading axes are batches, and broadcast."],
  ["linalg", "Linear algebra", /^ops\/linalg\//, "Decompositions, solvers and norms of (batches of) matrices, with derivatives."],
  ["images", "Images: convolution, pooling, resampling", /^ops\/(conv\w*|pool\w*|adaptivePool|lpPool|unpool|interpolate|pixelShuffle|slidingWindows|windows|localResponseNorm|imageFilters|outputSize|filter\w*|roi\w*|grid\w*)\.ts/, "Images are [N, C, H, W]."],
  ["normalization", "Normalisation", /^ops\/(batchNorm|layerNorm|normalize)\.ts/, "As functions; the layers are in `nn`."],
  ["sequences", "Sequences and attention", /^ops\/(lstm|rnn|gru|lstmCell|attention|sequence|positions)\.ts/, "What the recurrent and attention layers of `nn` compute with."],
  ["operations", "Operations of one's own", /^ops\/(operation|samples)\.ts/, "See [adding an operation](../adding-an-op.md)."],
  ["more-operations", "More operations", /^ops\//, ""],
  ["autograd", "Derivatives", /^autograd\//, "See the [guide](../autograd.md)."],
  ["losses", "Losses and penalties", /^nn\/(losses\/|regularizers)/, "As functions of nabla, and as layers in `nn`."],
  ["init", "Initial weights", /^nn\/(init|lsuv)\./, "`nn.init`: each fills a tensor in place, before training."],
  ["modules", "Modules", /^nn\/(module|hooks|sequential|summary|cost|containers?)\.ts/, "What all layers have in common, and how they are put together."],
  ["layers-images", "Layers of images", /^nn\/(\w*[cC]onv(?!Lstm)\w*|fullyConvolutional|\w*[pP]ool\w*|\w*[uU]pool|upsample|\w*[uU]nfold|pixelShuffle)\.ts/, "Classes of `nn`: convolution, pooling, resampling of [N, C, H, W], and of sequences and volumes."],
  ["layers-sequences", "Layers of sequences", /^nn\/(rnn|lstm|gru|recurrent\w*|convLstm|embedding\w*|\w*[aA]ttention|transformer\w*|\w*[pP]osition\w*|keyValueCache)(\/|\.ts)/, "Classes of `nn`: recurrent layers, attention and Transformers."],
  ["layers-normalization", "Layers that normalise", /^nn\/\w*Norm\w*\.ts/, "Classes of `nn`."],
  ["layers", "Layers", /^nn\//, "Classes of `nn`: linear layers, activations, dropout and what only rearranges."],
  ["schedules", "Learning-rate schedules", /^optim\/schedules/, "`optim.schedules`: functions from the epoch or step to the learning rate."],
  ["optimizers", "Optimisers", /^optim\/[^/]+$/, "Classes of `optim`: they change parameters by their gradients."],
  ["full-batch", "Methods for full batches", /^optim\/fullBatch/, "Classes of `optim` that ask for the loss and its gradient as often as they need."],
  ["linear-systems", "Linear systems", /^optim\/linearSystems/, "`optim`: iterative solvers; direct ones are in [linear algebra](linalg.md)."],
  ["transforms", "Transforms of images", /^data\/transforms\//, "`data`: augmentation and resizing, seeded."],
  ["formats", "Formats and sources of data", /^data\/(formats\/|cache|download|sources|prepare|imageFolder)/, "`data`: files that are read and written, and sets that are fetched by name."],
  ["data", "Data sets and loaders", /^data\//, "`data`: what a set is, how it is split, and how it becomes batches."],
  ["metrics", "Metrics", /^metrics\//, "`metrics`: measured on whole sets, batch after batch."],
  ["classic", "Classic learning", /^classic\//, "`classic`: estimators with fit and predict, as in scikit-learn."],
  ["models", "Models", /^models\//, "`models`: one function an architecture."],
  ["training", "Training", /^train\//, "The loop with events, run folders and checkpoints."],
  ["event-files", "Event files", /^interop\/tfevents\//, "What TensorBoard opens, written and read; `eventFiles` writes those of a [training](training.md)."],
  ["plot", "Plots", /^plot\//, "`plot`: charts as SVG and PNG; see [the guide](../plots.md)."],
  ["labs", "Labs", /^lab\//, "Experiments with settings, claims and a report; `nabla lab run` runs them."],
  ["errors", "Errors and warnings", /^base\//, "All errors that are meant for users derive from `NablaError`."],
];

/** @returns {{ name: string, title: string, intro: string, order: number }} */
export function pageOf(path) {
  const at = named.findIndex(([, , pattern]) => pattern.test(path));
  if (at >= 0) {
    const [name, title, , intro] = named[at];
    return { name, title, intro, order: at };
  }
  // Other rooms, and folders of a room, have pages of their own.
  const [room, ...rest] = path.split("/");
  const name = rest.length > 1 ? `${room}-${rest[0]}` : room;
  const words = (rest.length > 1 ? `${room}: ${rest[0]}` : room).replaceAll(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);
  return { name, title: words[0].toUpperCase() + words.slice(1), intro: "", order: named.length };
}
