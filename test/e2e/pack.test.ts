/** The packed tarball, installed in an empty project and used from plain JavaScript, from TypeScript and by its command. */

import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const execute = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
let project = "";

/** A user's environment: what the test runner and npm set for their own children is gone. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE_|VITEST|npm_lifecycle|NABLA_)/.test(name)));

/** Runs a program in the project; a failure shows what it printed. */
async function run(command: string, args: readonly string[], cwd = project): Promise<string> {
  try {
    return (await execute(command, args, { cwd, env: environment, timeout: 500_000, maxBuffer: 2 ** 24 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}`, { cause: error });
  }
}

function newest(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).reduce((time, name) => Math.max(time, statSync(join(folder, name)).mtimeMs), 0);
}

/** `npm test` builds first; a run of this file alone may find an older dist/. */
async function ensureBuilt(): Promise<void> {
  const entry = join(root, "dist/index.js");
  if (!existsSync(entry) || statSync(entry).mtimeMs < newest(join(root, "src"))) await run(process.execPath, [join(root, "scripts/build.mjs")], root);
}

beforeAll(async () => {
  await ensureBuilt();
  project = await mkdtemp(join(tmpdir(), "nabla-pack-"));
  const [{ filename }] = JSON.parse(
    await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", project], root),
  ) as [{ filename: string }];
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", `./${filename}`]);
}, 600_000);

afterAll(async () => {
  if (project !== "") await rm(project, { recursive: true, force: true });
});

test("it brings what it needs and nothing else", async () => {
  const installed = await readdir(join(project, "node_modules/nabla"));
  for (const name of ["dist", "native", "scripts", "package.json", "README.md", "LICENSE"]) expect(installed).toContain(name);
  for (const name of ["src", "test", "bench", "labs"]) expect(installed).not.toContain(name);
  expect(await readdir(join(project, "node_modules/nabla/native"))).not.toContain("test");
  const tests = readdirSync(join(project, "node_modules/nabla/dist"), { recursive: true, encoding: "utf8" }).filter((name) => name.includes(".test."));
  expect(tests).toEqual([]);
});

test("plain JavaScript trains a network", async () => {
  await writeFile(
    join(project, "main.js"),
    `import { crossEntropy, manualSeed, nn, optim, step, tensor } from "nabla";

manualSeed(1);
const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
const y = tensor([0, 1, 1, 0], { dtype: "int32" });
const model = new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 2));
const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
let last;
for (let i = 0; i < 300; i++) {
  last = await step(() => {
    const loss = crossEntropy(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  }).item();
}
console.log(JSON.stringify({ loss: last }));
process.exit();
`,
  );
  const { loss } = JSON.parse(await run(process.execPath, ["main.js"])) as { loss: number };
  expect(loss).toBeLessThan(0.05);
});

test("TypeScript checks a program against the packed types, strictly", async () => {
  await writeFile(
    join(project, "main.ts"),
    `import { crossEntropy, matmul, nn, optim, step, tensor, type Tensor } from "nabla";

class Net extends nn.Module {
  readonly hidden = new nn.Linear(4, 8);
  readonly out = new nn.Linear(8, 3);
  override forward(x: Tensor): Tensor {
    return this.out.forward(this.hidden.forward(x).relu());
  }
}

const net = new Net();
const optimizer = new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
const loss: Tensor = step(() => {
  const loss = crossEntropy(net.forward(tensor([[1, 2, 3, 4]])), tensor([2], { dtype: "int32" }));
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return loss;
});
const value: number = await loss.item();
const [rows, columns]: [number, number] = matmul(tensor([[value]]), tensor([[1]])).dims(2);
// @ts-expect-error a misspelt option is an error, not ignored
new optim.SGD(net.parameters(), { learningRate: rows * columns });
`,
  );
  await writeFile(
    join(project, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: { target: "ES2023", lib: ["ES2023", "DOM"], types: [], module: "NodeNext", strict: true, skipLibCheck: false, noEmit: true },
      files: ["main.ts"],
    }),
  );
  await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "."]);
});

test("its command says what runs here and why", async () => {
  const report = await run("npx", ["--no-install", "nabla", "doctor"]);
  expect(report).toContain(process.versions.node);
  expect(report).toMatch(/native|wasm/);
});

test("its labs run", async () => {
  const { verdicts, report } = JSON.parse(await run("npx", ["--no-install", "nabla", "lab", "run", "exams", "--json"])) as { verdicts: { agrees: number; fails: number }; report: string };
  expect(verdicts.agrees).toBeGreaterThan(50);
  expect(verdicts.fails).toBe(0);
  expect(existsSync(report)).toBe(true);
});

test("TypeScript sees what browsers have, with no types of Node, and Vite bundles it", async () => {
  await writeFile(
    join(project, "page.ts"),
    `import { crossEntropy, data, nn, plot, Trainer, optim } from "nabla";
import { tensor, type Tensor } from "nabla/browser";

const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 2));
const trainer = new Trainer({ model, optimizer: new optim.Adam(model.parameters()), loss: crossEntropy });
const { history } = await trainer.fit(new data.DataLoader(data.circles()), null, { epochs: 1 });
const weight: Tensor = tensor([1]);
document.body.innerHTML = plot.curves(history).svg() + String(model) + String(weight.size);
// @ts-expect-error there are no files in browsers
export const read = () => data.readCsv("a.csv");
`,
  );
  await writeFile(
    join(project, "tsconfig.page.json"),
    JSON.stringify({
      compilerOptions: {
        target: "ES2023", lib: ["ES2023", "DOM"], types: [], module: "ESNext", moduleResolution: "Bundler", customConditions: ["browser"], strict: true,
        skipLibCheck: false, noEmit: true,
      },
      files: ["page.ts"],
    }),
  );
  await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.page.json"]);
  await writeFile(join(project, "index.html"), `<!doctype html><script type="module" src="/page.ts"></script>`);
  await writeFile(join(project, "vite.config.js"), `export default { build: { outDir: "page", target: "es2022" }, logLevel: "warn" };`);
  expect(await run(process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "build"])).not.toMatch(/externalized|error/i);
  const built = readdirSync(join(project, "page/assets"));
  expect(built.filter((name) => name.endsWith(".wasm")).length).toBe(2);
  const code = readFileSync(join(project, "page/assets", built.find((name) => name.endsWith(".js")) ?? ""), "utf8");
  // Layers keep their names, by which they draw their weights.
  expect(code).toMatch(/static name=[`"']Linear[`"']/);
});

test("without the compiled addon the wasm kernels serve", async () => {
  await rm(join(project, "node_modules/nabla/native/build"), { recursive: true, force: true });
  await writeFile(
    join(project, "fallback.js"),
    `import { getBackend, sum, tensor } from "nabla";
console.log(getBackend().info.name, await sum(tensor([1, 2, 3])).item());
process.exit();
`,
  );
  expect((await run(process.execPath, ["fallback.js"])).trim()).toBe("wasm 6");
});
