/**
 * Bad input: right calls of every public function, spoilt in one argument or option at a time. Each must be accepted or refused in the library's
 * own words; a TypeError from inside, or a call that does not end, names its function here.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Script } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getBackend, NablaError, setBackend, setThreads } from "../src/index.js";
import { removeSampleFiles } from "./docs/files.js";
import { collectSeeds, type Seed, type Seeds } from "./badInput/seeds.js";
import { nastyValues, optionsRead, someOf, spoilt } from "./badInput/spoil.js";

/** Spoilt calls of each function, evenly chosen of all; fewer of those that take long even when all is well. */
const most = 18;
const mostOfSlow = 6;
const slow = /^data\.(drawCharacters|load)$|^Trainer\.fit$|^plot\.(animate|boundary)$|^classic\.gridSearch$|^(new )?models\./;

/** Calls that take longer hang; a right one takes milliseconds, on a machine that others use too some seconds. */
const mostMs = 60_000;

/** What is not called wrongly on purpose, and why. */
const leftOut: readonly (readonly [name: RegExp, reason: string])[] = [
  [/^(setBackend|setThreads|manualSeed|onWarning|silenceWarnings)$/, "changes what all later calls do"],
  [/^data\.prepare$/, "downloads"],
  [/\.(area|drawn)$/, "protected: only classes of the library call it, through a getter or a stranger's forward"],
];

const folder = mkdtempSync(join(tmpdir(), "nabla-bad-"));
const home = process.cwd();
let seeds: Seeds = new Map();

beforeAll(async () => {
  setThreads(1);
  seeds = await collectSeeds();
  // Paths may be nonsense too.
  process.chdir(folder);
}, 300_000);

afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
  removeSampleFiles();
});

const shared = globalThis as { nablaSpoiltCall?: () => unknown };
const script = new Script("nablaSpoiltCall()");

/** What `run` throws or rejects with; undefined for nothing. */
async function errorOf(run: () => unknown): Promise<unknown> {
  shared.nablaSpoiltCall = run;
  let timer: NodeJS.Timeout | undefined;
  try {
    const result: unknown = script.runInThisContext({ timeout: mostMs });
    if (!(result instanceof Promise)) return undefined;
    const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`no end after ${mostMs} ms`)), mostMs)));
    await Promise.race([result, late]);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    clearTimeout(timer);
  }
}

/** The foreign errors of spoilt calls of one function, each with the call that it came from first. */
async function foreignErrors({ name, args, call }: Seed, nasty: ReadonlyMap<string, unknown>): Promise<string[]> {
  const found = new Map<string, string>();
  const backend = getBackend().info.name;
  for (const { what, args: wrong } of someOf([...spoilt(args, await optionsRead(call, args), nasty)], slow.test(name) ? mostOfSlow : most)) {
    const error = await errorOf(() => call(wrong));
    setBackend(backend as "native");
    if (error === undefined || error instanceof NablaError) continue;
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (!found.has(message)) found.set(message, `${name}, ${what}: ${message}`);
  }
  return [...found.values()];
}

const isPlain = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Rooms all of whose functions know the names of their options. */
const strict = /^(new )?((data|nn|models|metrics|classic|plot|optim)\.|(Trainer|evaluate|progress|earlyStopping|eventFiles|recordRun)$)/;

/** What looks like options and is none, or is not checked, and why. */
const anyName: readonly (readonly [name: RegExp, reason: string])[] = [
  [/^new data\.TensorDataset$|^data\.writeNpz$/, "fields by names of the caller's own"],
  [/^data\.cacheFolder$/, "the variables of an environment"],
  [/^data\.encodeNpy$/, "an array on the host, not options"],
  [/^metrics\.\w+\.area$|^plot\.(precisionRecall|roc)$/, "a curve or what it is made of, not options"],
  [/^nn\.\w+\.forward$|^nn\.(Max|Avg|Lp)\w+|^new nn\.(\w+Pool\dd|\w*Unpool\dd|Upsample)$/, "handed on to functions of src/ops, which take layers for options"],
  [/^optim\.schedules\.perStep$/, "a schedule, which may have fields of its own"],
];

test("a misspelt option is refused, and a text for a flag", async () => {
  const accepted: string[] = [];
  for (const [name, { args, call }] of seeds) {
    const options = args.at(-1);
    if (!strict.test(name) || !isPlain(options) || anyName.some(([pattern]) => pattern.test(name))) continue;
    for (const [key, value] of Object.entries(options)) {
      const wrong: Record<string, unknown>[] = [{ ...options, [`${key}x`]: value }];
      if (typeof value === "boolean") wrong.push({ ...options, [key]: "no" });
      for (const given of wrong) {
        if (!((await errorOf(() => call([...args.slice(0, -1), given]))) instanceof NablaError)) accepted.push(`${name}, { ${Object.keys(given).join(", ")} }, ${key}`);
      }
    }
  }
  expect(accepted).toEqual([]);
}, 600_000);

test("spoilt calls are refused in words", async () => {
  const nasty = nastyValues();
  const found: string[] = [];
  for (const [name, seed] of seeds) {
    if (leftOut.some(([pattern]) => pattern.test(name))) continue;
    found.push(...(await foreignErrors(seed, nasty)));
  }
  expect(found, "errors that are not the library's own").toEqual([]);
}, 600_000);
