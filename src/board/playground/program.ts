/**
 * The program that does what the playground does: TypeScript for the public API of the library. Its numbers are those of `experiment.ts`, to the last
 * bit on the same backend.
 */

import type { Config, InputName } from "./config.js";
import { blobCentres, circleFactor, spiralTurns, testShare } from "./experiment.js";
import { outputsOf } from "./network.js";
import type { PointTable } from "./table.js";

export interface ProgramInit {
  readonly config: Config;
  /** The points, where they come from a file. */
  readonly table: PointTable | null;
  /** Passes over the training points, ≥ 1. */
  readonly epochs: number;
}

/** Where the program looks for the points of a CSV file. */
export const pointsFile = "points.csv";

export function programOf({ config, table, epochs }: ProgramInit): string {
  const { seed, batch, share, inputs, penalty, rate } = config;
  const classes = table?.classes.length ?? (config.data === "spirals" || config.data === "blobs" ? config.classes : 2);
  const outputs = outputsOf(classes);
  const two = outputs === 1;
  const plain = inputs.join() === "x1,x2";
  const used = [
    ...(two ? ["binaryCrossEntropyWithLogits", "gt"] : ["argmax", "crossEntropy"]),
    ...(plain ? [] : ["concat", "split"]),
    "data", "manualSeed", "mean as meanOf", "ne", "nn", "noGrad", "optim", "stdMean", "step", "type Tensor",
  ].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const parts = [
    `import {\n${wrapped(used)}\n} from "nabla";`,
    `${setOf(config, table)}
const [train, test] = data.split(set, [${share}, ${testShare(config)}], { seed: ${seed}, stratify: true });`,
    inputsOf(inputs),
    modelOf(config, outputs),
    `const optimizer = new ${optimizerOf(config)};`,
    two
      ? `const lossOf = (z: Tensor, y: Tensor): Tensor => binaryCrossEntropyWithLogits(z.squeeze(1), y.to("float32"));
const classOf = (z: Tensor): Tensor => gt(z.squeeze(1), 0).to("int32");`
      : `const lossOf = (z: Tensor, y: Tensor): Tensor => crossEntropy(z, y);
const classOf = (z: Tensor): Tensor => argmax(z, 1);`,
    ...(penalty === "none" ? [] : ["const weights = model.parameters().filter((p) => p.ndim > 1);"]),
    `const loader = new data.DataLoader(train, { batch: ${batch}, shuffle: true, seed: ${seed} });
for (let epoch = 1; epoch <= ${epochs}; epoch++) {
  for await (const { x, y } of loader) {
    step(() => {
      const loss = lossOf(model.forward(inputs(x)), y)${penalty === "none" ? "" : `.add(nn.${penalty}Penalty(weights).mul(${rate}))`};
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    });
  }
}`,
    `for (const [name, part] of Object.entries({ train, test })) {
  const { x, y } = part.tensors();
  const z = noGrad(() => model.forward(inputs(x)));
  const [loss, error] = [await lossOf(z, y).item(), await meanOf(ne(classOf(z), y)).item()];
  console.log(\`\${name}: loss \${loss}, error \${(100 * error).toFixed(1)} %\`);
}`,
  ];
  return `${parts.join("\n\n")}\n`;
}

/** Names in lines of at most 90 characters. */
function wrapped(names: readonly string[]): string {
  const rows: string[] = [];
  for (const name of names) {
    const last = rows.at(-1);
    if (last === undefined || last.length + name.length > 86) rows.push(`  ${name},`);
    else rows[rows.length - 1] = `${last} ${name},`;
  }
  return rows.join("\n");
}

const nameOf = (imported: string): string => imported.replace(/^type /, "").toLowerCase();

function setOf({ data: name, classes, samples, noise, seed }: Config, table: PointTable | null): string {
  switch (name) {
    case "circles":
      return `const set = data.circles({ samples: ${samples}, noise: ${noise}, factor: ${circleFactor}, seed: ${seed} });`;
    case "moons":
      return `const set = data.moons({ samples: ${samples}, noise: ${noise}, seed: ${seed} });`;
    case "spirals":
      return `const set = data.spirals({ samples: ${samples}, arms: ${classes}, turns: ${spiralTurns}, noise: ${noise}, seed: ${seed} });`;
    case "xor":
      return `const set = data.xor({ samples: ${samples}, noise: ${noise}, seed: ${seed} });`;
    case "blobs": {
      const centers = blobCentres(classes).map(([x, y]) => `[${x}, ${y}]`).join(", ");
      return `const set = data.blobs({ samples: ${samples}, centers: [${centers}], std: ${noise}, seed: ${seed} });`;
    }
    case "csv": {
      const [x1, x2, label] = (table?.columns ?? ["x1", "x2", "label"]).map((column) => JSON.stringify(column));
      const options = [
        ...(table?.header === false ? ["header: false"] : []),
        ...(table === null || table.delimiter === "," ? [] : [`delimiter: ${JSON.stringify(table.delimiter)}`]),
        `categories: [${label}]`,
      ];
      return `const table = await data.readCsv(${JSON.stringify(pointsFile)}, { ${options.join(", ")} });
const set = table.dataset({ x: [${x1}, ${x2}], y: ${label} });`;
    }
  }
}

function inputsOf(inputs: readonly InputName[]): string {
  const columns: Readonly<Record<InputName, string>> = {
    x1: "x1",
    x2: "x2",
    "x1²": "x1.square()",
    "x2²": "x2.square()",
    "x1·x2": "x1.mul(x2)",
    "sin x1": "x1.sin()",
    "sin x2": "x2.sin()",
  };
  const start = `// What the network sees of points [N, 2]: mean 0 and deviation 1 over the training points.
const { mean, std } = stdMean(train.tensors().x, { axis: 0, correction: 0 });`;
  if (inputs.join() === "x1,x2") return `${start}\nconst inputs = (points: Tensor): Tensor => points.sub(mean).div(std);`;
  return `${start}
function inputs(points: Tensor): Tensor {
  const [x1, x2] = split(points.sub(mean).div(std), 1, 1);
  return concat([${inputs.map((name) => columns[name]).join(", ")}], 1);
}`;
}

const activations: Readonly<Record<Config["activation"], string>> = {
  tanh: "nn.Tanh()",
  relu: "nn.ReLU()",
  leakyRelu: "nn.LeakyReLU()",
  sigmoid: "nn.Sigmoid()",
  gelu: "nn.GELU()",
  silu: "nn.SiLU()",
  softplus: "nn.Softplus()",
  linear: "nn.Identity()",
};

function modelOf({ inputs, layers, activation, init, seed }: Config, outputs: number): string {
  const widths = [inputs.length, ...layers];
  const lines = [
    ...layers.flatMap((units, i) => [`new nn.Linear(${widths[i]}, ${units})`, `new ${activations[activation]}`]),
    `new nn.Linear(${widths[widths.length - 1]}, ${outputs})`,
  ];
  const model = `manualSeed(${seed});
const model = new nn.Sequential(
${lines.map((line) => `  ${line},`).join("\n")}
);`;
  if (init === "default") return model;
  return `${model}
for (const layer of model.layers) {
  if (!(layer instanceof nn.Linear)) continue;
  nn.init.${init === "standardNormal" ? "normalInit" : init}(layer.weight);
  nn.init.zeros(layer.bias!);
}`;
}

function optimizerOf({ optimizer, lr }: Config): string {
  const made: Readonly<Record<Config["optimizer"], readonly [name: string, options?: string]>> = {
    sgd: ["SGD"],
    momentum: ["SGD", "momentum: 0.9"],
    nesterov: ["SGD", "momentum: 0.9, nesterov: true"],
    adagrad: ["Adagrad"],
    rmsprop: ["RMSprop"],
    adam: ["Adam"],
    adamw: ["AdamW"],
  };
  const [name, options] = made[optimizer];
  return `optim.${name}(model.parameters(), { lr: ${lr}${options === undefined ? "" : `, ${options}`} })`;
}
