/** Right calls of every public function and method, to be spoilt: those that the examples of the docstrings make, as they run. */

import { AsyncLocalStorage } from "node:async_hooks";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as nabla from "../../src/index.js";
import { docstrings } from "../docs/collect.js";
import { withChecks } from "../docs/module.js";
import { prelude } from "../docs/prelude.js";

type Callable = (...args: unknown[]) => unknown;

/** A call that works: of a function, of a class with `new`, or of a method of `self`. */
export interface Seed {
  readonly name: string;
  readonly args: readonly unknown[];
  call(args: readonly unknown[]): unknown;
}

/** The first call of each function by its name, as users know it: "conv2d", "new nn.Linear", "nn.Linear.forward". */
export type Seeds = Map<string, Seed>;

/** Set inside a recorded call, also after it has waited: only calls that an example itself makes are wanted. */
const inside = new AsyncLocalStorage<true>();

function record(seeds: Seeds, seed: Seed): unknown {
  if (inside.getStore() === undefined && !seeds.has(seed.name)) seeds.set(seed.name, seed);
  return inside.run(true, () => seed.call(seed.args));
}

const isNamespace = (value: unknown): value is object => Object.prototype.toString.call(value) === "[object Module]";
const isClass = (value: unknown): value is Callable => typeof value === "function" && value.toString().startsWith("class");

/** The public interface again, every call of which is recorded; `undo` takes the recorders off the methods. */
function recorder(seeds: Seeds): { library: object; undo: () => void } {
  const wrapped = new Map<unknown, unknown>();
  const undo: (() => void)[] = [];

  const methods = (owner: object, prefix: string, bound?: object): void => {
    for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      const original: unknown = descriptor.value;
      if (key === "constructor" || key === "prototype" || typeof original !== "function" || !descriptor.configurable) continue;
      const name = `${prefix}.${key}`;
      Object.defineProperty(owner, key, {
        ...descriptor,
        value(this: object, ...args: unknown[]) {
          const self = bound ?? this;
          return record(seeds, { name, args, call: (given) => Reflect.apply(original as Callable, self, given) });
        },
      });
      undo.push(() => void Object.defineProperty(owner, key, descriptor));
    }
  };

  const wrap = (value: unknown, name: string): unknown => {
    const known = wrapped.get(value);
    if (known !== undefined) return known;
    let made: unknown = value;
    if (isNamespace(value)) {
      made = space(value, `${name}.`);
    } else if (isClass(value)) {
      methods(value.prototype as object, name);
      methods(value, name, value);
      made = new Proxy(value, {
        construct: (target, args: unknown[], newTarget) => {
          // A class of the example's own: only its methods count.
          if (newTarget !== made) return Reflect.construct(target, args, newTarget) as object;
          return record(seeds, { name: `new ${name}`, args, call: (given) => Reflect.construct(target, given) as object }) as object;
        },
      });
    } else if (typeof value === "function") {
      made = (...args: unknown[]) => record(seeds, { name, args, call: (given) => Reflect.apply(value as Callable, undefined, given) });
    }
    wrapped.set(value, made);
    return made;
  };
  const space = (value: object, prefix: string): object => Object.fromEntries(Object.entries(value).map(([name, item]) => [name, wrap(item, prefix + name)]));
  return { library: space(nabla, ""), undo: () => undo.forEach((restore) => restore()) };
}

/** All examples as one module: `run` gets the library and what examples may use besides. Programs with imports are left out. */
function moduleOfExamples(): string {
  const fragments = docstrings().flatMap(({ examples }) => examples).filter(({ code }) => !/^import /m.test(code));
  const names = (value: object): string => Object.keys(value).join(", ");
  return (
    `// @ts-nocheck\nexport async function run({ ${names(nabla)} }, prelude, attempt, check) {\n` +
    fragments.map(({ code }) => `await attempt(async () => {\nconst { ${names(prelude())} } = prelude();\nawait (async () => {\n${withChecks(code)}\n})();\n});\n`).join("") +
    `}\n`
  );
}

type Attempt = (body: () => Promise<unknown>) => Promise<void>;

/** The calls that the examples make. */
export async function collectSeeds(): Promise<Seeds> {
  const folder = mkdtempSync(join(tmpdir(), "nabla-seeds-"));
  const file = join(folder, "examples.ts");
  writeFileSync(file, moduleOfExamples());
  const seeds: Seeds = new Map();
  const { run } = (await import(file)) as { run: (library: object, given: typeof prelude, attempt: Attempt, check: Attempt) => Promise<void> };
  const { library, undo } = recorder(seeds);
  try {
    const attempt: Attempt = async (body) => {
      try {
        await body();
      } catch {
        // Some examples show errors.
      }
    };
    await run(library, () => inside.run(true, prelude), attempt, attempt);
  } finally {
    undo();
    rmSync(folder, { recursive: true, force: true });
  }
  return seeds;
}
