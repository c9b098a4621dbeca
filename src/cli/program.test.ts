import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { setBackend } from "../backend/select.js";
import { decodeSafetensors } from "../interop/safetensors.js";
import { dataNames } from "./config.js";
import { runProgram } from "./program.js";

let folder: string;
let run: string;
let count = 0;
const home = process.cwd();
/** What the finished run in `base` printed with --json. */
let finished: Record<string, unknown>[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "nabla-"));
  process.chdir(folder);
  finished = lines((await nabla("train", ...small, "--out", "base", "--json")).out);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});
beforeEach(() => void (run = join(folder, `run${++count}`)));

/** What a command line gives: exit code and both outputs. */
async function nabla(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const code = await runProgram(argv, {
    stdout: { write: (text) => (written.out += text) },
    stderr: { write: (text) => (written.err += text) },
  });
  return { code, ...written };
}

/** Two epochs of a small network on few drawings. */
const small = ["mlp", "--data.drawings", "2", "--data.validationDrawings", "1", "--limit", "96", "--batch", "16", "--model.hidden", "8", "--epochs", "2", "--optimizer", "adam"];

/** A copy of a finished run of `small`, in `run`. */
const copyFinished = (): void => cpSync("base", run, { recursive: true });

const lines = (text: string): Record<string, unknown>[] => text.trim().split("\n").map((line) => JSON.parse(line));

describe("nabla train", () => {
  test("with --json prints one line for each epoch and a last one, and nothing else", async () => {
    const { code, out, err } = await nabla("train", ...small, "--out", run, "--json");
    expect([code, err]).toEqual([0, ""]);
    const [first, second, end, ...more] = lines(out);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ event: "epoch", epoch: 1, lr: 0.001 });
    expect(second).toMatchObject({ event: "epoch", epoch: 2 });
    expect(Object.keys(end)).toEqual([
      "event", "epochs", "trainLoss", "trainAccuracy", "valLoss", "valAccuracy", "bestValAccuracy", "secondsPerEpoch", "imagesPerSecond", "run", "weightsSha256",
    ]);
    expect(end).toMatchObject({ event: "end", epochs: 2, run, trainLoss: second.trainLoss, valAccuracy: second.valAccuracy });
    expect(end.bestValAccuracy).toBe(Math.max(Number(first.valAccuracy), Number(second.valAccuracy)));
    expect(end.weightsSha256).toMatch(/^[0-9a-f]{64}$/);
    for (const name of ["trainAccuracy", "valAccuracy"]) {
      expect(end[name]).toBeGreaterThanOrEqual(0);
      expect(end[name]).toBeLessThanOrEqual(1);
    }
    expect(lines(readFileSync(join(run, "metrics.jsonl"), "utf8"))).toEqual([first, second].map((line) => ({ ...line, dead: { 2: expect.any(Number) } })));
  });

  test("leaves a run folder that says everything", async () => {
    await nabla("train", ...small, "--out", run, "--seed", "3", "--json");
    expect(readdirSync(run).sort()).toEqual([
      "best.safetensors", "checkpoint-previous.safetensors", "checkpoint.safetensors", "events", "inspection.json", "inspection.safetensors", "metrics.jsonl",
      "model.json", "predictions.safetensors", "run.json",
    ]);
    const info = JSON.parse(readFileSync(join(run, "run.json"), "utf8"));
    expect(info).toMatchObject({
      status: { state: "finished", reason: null },
      seed: 3,
      config: { model: "mlp", data: "characters", seed: 3, limit: 96, "model.hidden": [8], optimizer: "adam" },
      versions: { node: process.versions.node },
    });
    expect(info.backend.threads).toBeGreaterThanOrEqual(1);
    expect(info.data).toMatchObject({ trainImages: 96, validationImages: 96 });
    expect(info.data.sha256).toMatch(/^[0-9a-f]{64}$/);
    const { tensors } = decodeSafetensors(readFileSync(join(run, "best.safetensors")), "best");
    expect(tensors.get("1.weight")?.shape).toEqual([8, 3072]);
    expect(tensors.get("3.weight")?.shape).toEqual([26, 8]);
  });

  test("without --out numbers its folders below runs/", async () => {
    for (const n of [1, 2]) {
      const { out } = await nabla("train", ...small, "--json");
      expect(lines(out).at(-1)?.run).toMatch(new RegExp(`runs/\\d{4}-\\d\\d-\\d\\d-mlp-characters-${n}$`));
    }
    rmSync("runs", { recursive: true });
  });

  test("is the same with the same seed, another with another", async () => {
    const sha = async (seed: string) => {
      const { out } = await nabla("train", ...small, "--out", `${run}-${seed}`, "--seed", seed, "--json");
      return lines(out).at(-1)?.weightsSha256;
    };
    expect(await sha("0")).toBe(finished.at(-1)?.weightsSha256);
    expect(await sha("6")).not.toBe(finished.at(-1)?.weightsSha256);
  });

  test("for people: what runs, a line for each epoch, where the run is, what to try next", async () => {
    const { code, out } = await nabla("train", ...small, "--out", run);
    expect(code).toBe(0);
    expect(out).toMatch(/^mlp on characters \(drawn from \d+ font families .*\): 96 training, 96 validation images\n/);
    expect(out).toMatch(/\nepoch 2\/2 {2}train loss \d\.\d{4}, accuracy .* % {2}validation loss .*\n/);
    expect(out).toContain(`run folder: ${basename(run)} `);
    expect(out).toContain(`\nlook at it: npx nabla board ${basename(run)}\n`);
    expect(out).toMatch(/try next:\n {2}npx nabla train --resume .* --epochs 4 /);
    expect(out).not.toContain("\u001b");
  });

  test("records less where less is asked for", async () => {
    expect((await nabla("train", ...small, "--out", run, "--record", "metrics")).code).toBe(0);
    expect(readdirSync(run).sort()).toEqual(["best.safetensors", "checkpoint-previous.safetensors", "checkpoint.safetensors", "events", "metrics.jsonl", "run.json"]);
  });
});

describe("--resume", () => {
  test("on a finished run prints the same end line", async () => {
    const again = await nabla("train", "--resume", "base", "--json");
    expect(again).toEqual({ code: 0, out: `${JSON.stringify(finished.at(-1))}\n`, err: "" });
  });

  test("with more epochs trains on, as if they had been asked for at once", async () => {
    const whole = await nabla("train", ...small, "--epochs", "3", "--out", `${run}-whole`, "--json");
    copyFinished();
    const { out } = await nabla("train", "--resume", run, "--epochs", "3", "--json");
    expect(lines(out).map(({ event, epoch }) => epoch ?? event)).toEqual([3, "end"]);
    expect(lines(out).at(-1)?.weightsSha256).toBe(lines(whole.out).at(-1)?.weightsSha256);
    expect(lines(readFileSync(join(run, "metrics.jsonl"), "utf8"))).toHaveLength(3);
    const fewer = await nabla("train", "--resume", run, "--epochs", "1");
    expect([fewer.code, fewer.err]).toEqual([1, expect.stringContaining("has done 3 epochs already; give --epochs 4 or more")]);
  });

  test("works before the first checkpoint, and with a damaged latest one", async () => {
    copyFinished();
    const sha = finished.at(-1)?.weightsSha256;
    truncateSync(join(run, "checkpoint.safetensors"), 1000);
    const older = await nabla("train", "--resume", run, "--json");
    expect(older.err).toMatch(/warning: .*checkpoint\.safetensors is not a whole safetensors file.*Going on from the checkpoint before it/);
    expect(lines(older.out).at(-1)?.weightsSha256).toBe(sha);

    rmSync(join(run, "checkpoint.safetensors"));
    rmSync(join(run, "checkpoint-previous.safetensors"));
    const anew = await nabla("train", "--resume", run, "--json");
    expect(lines(anew.out).at(-1)?.weightsSha256).toBe(sha);
  });

  test("of a run that used momentum and a schedule", async () => {
    const options = ["--optimizer", "sgd", "--lr", "0.05", "--momentum", "0.9", "--optimizer.nesterov", "--schedule", "cosine", "--model.dropout", "0.2"];
    const whole = await nabla("train", ...small, ...options, "--data.augment", "crop,flip", "--out", run, "--json");
    rmSync(join(run, "checkpoint.safetensors")); // back to the end of the first epoch
    const { out } = await nabla("train", "--resume", run, "--json");
    expect(lines(out).map(({ epoch }) => epoch)).toEqual([2, undefined]);
    expect(lines(out).at(-1)?.weightsSha256).toBe(lines(whole.out).at(-1)?.weightsSha256);
  });

  test("takes nothing that would change the run", async () => {
    copyFinished();
    const { code, err } = await nabla("train", "mlp", "--resume", run, "--lr", "1");
    expect(code).toBe(2);
    expect(err).toMatch(/--resume takes everything from the run; --lr, MODEL cannot be given with it/);
  });

  test("refuses what is no run, or a damaged one", async () => {
    const none = await nabla("train", "--resume", join(folder, "none"));
    expect([none.code, none.err]).toEqual([1, expect.stringMatching(/none is no run folder: it has no run\.json/)]);
    copyFinished();
    for (const name of ["checkpoint.safetensors", "checkpoint-previous.safetensors"]) truncateSync(join(run, name), 9);
    const damaged = await nabla("train", "--resume", run);
    expect([damaged.code, damaged.err]).toEqual([1, expect.stringMatching(/cannot go on: .*not a whole safetensors file.*Start a new run/)]);
    writeFileSync(join(run, "run.json"), '{"format": 1, "config": {"model": "lstm"}}');
    const wrong = await nabla("train", "--resume", run);
    rmSync(join(run, "run.json"));
    mkdirSync(join(run, "run.json"));
    const unreadable = await nabla("train", "--resume", run);
    expect([unreadable.code, unreadable.err]).toEqual([1, expect.stringMatching(/run\.json cannot be read \(EISDIR\)/)]);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringMatching(/run\.json is damaged: MODEL: expected one of/)]);
  });

  test("refuses other data than the run began with", async () => {
    copyFinished();
    const path = join(run, "run.json");
    const info = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...info, data: { ...info.data, sha256: "0" } }));
    const { code, err } = await nabla("train", "--resume", run, "--epochs", "3");
    expect([code, err]).toEqual([1, expect.stringMatching(/began with other data: then \d+ training and \d+ validation images/)]);
  });

  test("warns on another backend or instruction set", async () => {
    copyFinished();
    const path = join(run, "run.json");
    const info = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...info, backend: { name: "wasm", isa: "simd64", threads: 1 } }));
    const { code, err } = await nabla("train", "--resume", run, "--epochs", "3", "--backend", "reference");
    expect([code, err]).toEqual([0, expect.stringMatching(/warning: the run began with wasm kernels \(simd64\) and goes on with reference/)]);
    setBackend(info.backend.name);
  });
});

describe("--out", () => {
  test("accepts a new and an empty folder", async () => {
    mkdirSync(run);
    expect((await nabla("train", ...small, "--out", run)).code).toBe(0);
    expect((await nabla("train", ...small, "--out", join(run, "deeper", "still"))).code).toBe(0);
  });

  test("refuses one that holds something, and a file", async () => {
    mkdirSync(run);
    appendFileSync(join(run, "precious"), "!");
    const full = await nabla("train", ...small, "--out", run);
    expect([full.code, full.err]).toEqual([1, expect.stringMatching(/is not empty \(it holds precious\); choose a new or an empty folder/)]);
    const file = await nabla("train", ...small, "--out", join(run, "precious"));
    expect([file.code, file.err]).toEqual([1, expect.stringMatching(/precious is a file/)]);
    expect(readdirSync(run)).toEqual(["precious"]);
  });

  test("refuses a link to nothing, and an empty name", async () => {
    symlinkSync("nowhere", run);
    const link = await nabla("train", ...small, "--out", run);
    expect([link.code, link.err]).toEqual([1, expect.stringMatching(/is a link to nothing; choose another name/)]);
    const empty = await nabla("train", ...small, "--out", "");
    expect([empty.code, empty.err]).toEqual([2, '--out: expected a folder, got "".\n']);
  });
});

test("a training that diverges stops with the step, the layer and the last good checkpoint", async () => {
  const { code, out, err } = await nabla("train", ...small, "--optimizer", "sgd", "--lr", "1e30", "--out", run, "--json");
  expect([code, out]).toEqual([1, ""]);
  expect(err).toMatch(/^training diverged at step \d+ \(epoch 1\): .*(The first layer whose output was not finite is|already held) .*\. Last good checkpoint: .*checkpoint\.safetensors\n$/);
  expect(existsSync(join(run, "checkpoint.safetensors"))).toBe(true);
});

describe("a command line that cannot be understood", () => {
  const cases: [argv: string[], message: RegExp][] = [
    [["trian"], /^nabla trian: there is no such command; did you mean train\?/],
    [["train"], /^MODEL is missing/],
    [["train", "convnt"], /did you mean convnet\?/],
    [["train", "mlp", "extra"], /too many arguments/],
    [["train", "mlp", "--epoch", "3"], /^--epoch: there is no such option; did you mean --epochs\? See nabla train --help\./],
    [["train", "mlp", "--data.normalise", "unit"], /did you mean --data\.normalize\?/],
    [["train", "mlp", "--data.normalize", "standart"], /did you mean standardize\?/],
    [["train", "mlp", "--data", "imagenet"], /--data: expected one of characters, cifar10, cifar100, cifar100-coarse, mnist, fashion, digits, got "imagenet"/],
    [["train", "mlp", "--lr"], /--lr <X>' argument missing/],
    [["train", "mlp", "--lr", "fast"], /--lr: expected a number above 0, got "fast"/],
    [["train", "mlp", "--lr", "-1"], /--lr: expected a number above 0, got "-1"/],
    [["train", "mlp", "--backend", "cuda"], /--backend: expected one of native, wasm, reference, got "cuda"/],
    [["train", "mlp", "--optimizer", "adam", "--optimizer.nesterov"], /--optimizer\.nesterov is for optimizer sgd, but the optimizer is adam/],
    [["train", "mlp", "--data", "mnist", "--optimizer.nesterov"], /nesterov looks ahead along the momentum, which is 0; give --momentum/],
    [["train", "convnet", "--model.hidden", "10,10"], /convnet has one hidden fully connected layer, got 2 sizes/],
    [["summary"], /missing required argument 'model'/],
    [["summary", "resnet"], /MODEL: expected one of convnet, mlp, got "resnet"/],
    [["summary", "convnet", "--input", "3,32"], /--input: expected 3 whole numbers of at least 1, separated by commas, got "3,32"/],
    [["summary", "convnet", "--lr", "1"], /--lr: there is no such option/],
    [["doctor", "--jsn"], /--jsn: there is no such option; did you mean --json\?/],
  ];
  test.each(cases)("nabla %j exits 2 and names the nearest", async (argv, message) => {
    const { code, out, err } = await nabla(...argv);
    expect(err).toMatch(message);
    expect([code, out]).toEqual([2, ""]);
    expect(err).not.toMatch(/\n {4}at /);
    expect(existsSync("runs")).toBe(false);
  });
});

describe("nabla summary", () => {
  test("as JSON", async () => {
    const { code, out } = await nabla("summary", "convnet", "--json");
    expect(code).toBe(0);
    const { layers, totals } = JSON.parse(out);
    expect(totals).toEqual({ parameters: 1191170, multiplyAdds: 23152400, parameterBytes: 4 * 1191170, outputBytes: 491368 });
    expect(layers[0]).toMatchObject({ name: "0", type: "Conv2d", outputShape: [32, 32, 32], parameters: 2432, receptiveField: [5, 5] });
  });

  test("follows input, classes and model options", async () => {
    const { out } = await nabla("summary", "mlp", "--input", "1,28,28", "--classes", "26", "--model.hidden", "5", "--json");
    expect(JSON.parse(out).totals.parameters).toBe(785 * 5 + 6 * 26);
    expect((await nabla("summary", "convnet")).out).toMatch(/total +1,191,170 +23,152,400/);
    const small = await nabla("summary", "convnet", "--input", "1,4,4");
    expect([small.code, small.err]).toEqual([1, expect.stringMatching(/too small/)]);
  });
});

test("nabla doctor tells the backend and why, and how to get what is missing", async () => {
  const { code, out } = await nabla("doctor", "--json");
  expect(code).toBe(0);
  const diagnosis = JSON.parse(out);
  expect(diagnosis.node.version).toBe(process.versions.node);
  expect(diagnosis.backends.map(({ name }: { name: string }) => name)).toEqual(["native", "wasm", "reference"]);
  expect(diagnosis.backend.isa.length).toBeGreaterThan(2);
  expect(diagnosis.why.length).toBeGreaterThan(10);
  for (const part of diagnosis.optional) expect(part.found ? part.install === null : part.install.length > 5, part.name).toBe(true);
  const text = (await nabla("doctor")).out;
  for (const word of ["Node", "processor", "backend", "because", "C++ compiler"]) expect(text).toContain(word);
});

test("help names every command and option; --debug shows where an error came from", async () => {
  const help = await nabla("--help");
  expect(help.code).toBe(0);
  for (const name of ["train", "summary", "doctor", "data"]) expect(help.out).toMatch(new RegExp(`\n {2}${name} +\\w`));
  const train = await nabla("train", "--help");
  expect(train.out).toMatch(/--data\.normalize <none\|unit\|standardize>/);
  expect(train.out).toMatch(/--momentum <X>.*\[sgd\] \(default: 0/);
  expect((await nabla()).out).toBe(help.out);
  expect((await nabla("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await nabla("train", "mpl", "--debug")).err).toMatch(/\n {4}at /);
});

describe("nabla data", () => {
  test("lists every set that can be trained on, with source and licence", async () => {
    const { code, out } = await nabla("data", "list", "--json");
    expect(code).toBe(0);
    expect(lines(out).map(({ name }) => name)).toEqual([...dataNames]);
    for (const { urls, licence } of lines(out)) expect([urls, licence]).toEqual([expect.any(Array), expect.any(String)]);
    const text = (await nabla("data", "list")).out;
    for (const name of dataNames) expect(text).toMatch(new RegExp(`^${name} `, "m"));
  });

  test("prepares what is here already, and says so", async () => {
    const { code, out } = await nabla("data", "prepare", "characters", "--json");
    expect([code, JSON.parse(out)]).toEqual([0, { name: "characters", path: expect.stringContaining("font"), downloaded: false }]);
  });

  test("a set that a given folder lacks: exit 1 and what brings it, nothing left behind", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty, { recursive: true });
    for (const argv of [["data", "prepare", "mnist"], ["train", "mlp", "--data", "mnist", "--out", run]]) {
      const { code, out, err } = await nabla(...argv, "--data-dir", empty);
      expect([code, out]).toEqual([1, ""]);
      expect(err).toMatch(/mnist: the data are not here\. Looked in .*empty/);
    }
    expect(existsSync(run)).toBe(false);
  });

  test.each([
    [["data"], /Usage: nabla data list\|prepare/],
    [["data", "lst"], /unknown command 'lst'.*list/],
    [["data", "prepare"], /missing required argument 'name'/],
    [["data", "prepare", "cifar"], /did you mean cifar10\?/],
    [["data", "list", "--jason"], /did you mean --json\?/],
  ])("%j exits 2", async (argv, message) => {
    const { code, err } = await nabla(...argv);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });
});
