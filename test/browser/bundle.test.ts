/** What a bundler makes of the entry for browsers: nothing of Node, and no more than a program uses. */

import { builtinModules } from "node:module";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Plugin, type Rolldown } from "vite";
import { expect, test } from "vitest";

const entry = fileURLToPath(new URL("../../src/browser.ts", import.meta.url));
const virtual = "\0program";

interface Bundle {
  /** Bytes of the code, compressed; the kernels' files come on top. */
  readonly bytes: number;
  /** The library's files in it. */
  readonly files: readonly string[];
  /** What was imported by a name that is no path: packages and parts of Node. */
  readonly imports: readonly string[];
}

/** Bundles a program that imports from "nabla". */
async function bundle(program: string): Promise<Bundle> {
  const imports = new Set<string>();
  const plugin: Plugin = {
    name: "program",
    enforce: "pre",
    resolveId(source) {
      if (source === virtual) return virtual;
      if (source === "nabla") return entry;
      if (!source.startsWith(".") && !source.startsWith("/") && !source.startsWith("\0")) imports.add(source);
      return null;
    },
    load: (id) => (id === virtual ? program : null),
  };
  const built = await build({
    configFile: false,
    logLevel: "error",
    plugins: [plugin],
    build: { write: false, target: "es2023", rolldownOptions: { input: virtual } },
  });
  const { output } = built as Rolldown.RolldownOutput;
  const chunks = output.filter((part) => part.type === "chunk");
  const used = chunks.flatMap(({ modules }) => Object.entries(modules).filter(([, { renderedLength }]) => renderedLength > 0));
  return {
    bytes: chunks.reduce((sum, { code }) => sum + gzipSync(code).length, 0),
    files: used.map(([path]) => path.replace(/^.*\/src\//, "")),
    imports: [...imports],
  };
}

test("nothing of Node is reached, not even by what is loaded later", async () => {
  const { imports } = await bundle(`import * as nabla from "nabla"; globalThis.nabla = nabla;`);
  expect(imports.filter((name) => name.startsWith("node:") || builtinModules.includes(name))).toEqual([]);
  const packages = imports.map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
  const known = /^(d3-\w+(-\w+)?|internmap|@dagrejs\/\w+|fflate|csv-parse)$/;
  expect([...new Set(packages)].filter((name) => !known.test(name))).toEqual([]);
});

test("a small program takes a small part of the library", async () => {
  const { bytes, files } = await bundle(`
    import { crossEntropy, nn, optim, step, tensor } from "nabla";
    const model = new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 2));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
    const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), y = tensor([0, 1, 1, 0], { dtype: "int32" });
    for (let i = 0; i < 300; i++) step(() => {
      const loss = crossEntropy(model.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    });`);
  expect(files).toContain("ops/methods.ts");
  expect(files).toContain("autograd/backward.ts");
  expect(files.filter((file) => /^(plot|classic|data|metrics|models|train)\/|d3-|dagre|nn\/lstm/.test(file))).toEqual([]);
  expect(bytes).toBeLessThan(66_000);
});
