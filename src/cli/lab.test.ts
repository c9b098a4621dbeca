import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runProgram } from "./program.js";
import { textTable, wrapped } from "./textTable.js";

let folder: string;
let run: string;
let count = 0;
const home = process.cwd();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nabla-lab-cli-"));
  process.chdir(folder);
  writeLab("tiny", {});
  writeLab("other", {});
  writeLab("hungry", { needs: ["photos", "mnist"] });
  writeLab("broken", {}, 'export default { run() { throw new Error("a fault of the lab"); } };');
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});
beforeEach(() => void (run = join(folder, `run${++count}`)));

async function nabla(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const code = await runProgram(argv, {
    stdout: { columns: 90, write: (text) => (written.out += text) },
    stderr: { write: (text) => (written.err += text) },
  });
  return { code, ...written };
}

const tinyCode = `export default {
  settings: { rate: { value: 0.5, above: 0, about: "step" }, steps: { quick: 3, full: 30 } },
  seeds: { quick: 1, full: 2 },
  async run(lab) {
    let x = 8;
    for (let i = 0; i < lab.settings.steps; i++) x *= lab.settings.rate;
    lab.table("result", [{ seeds: lab.seeds.length, x }]);
    lab.claim("rest", x);
    lab.claim("start", 9);
    lab.claim("less", x);
  },
};`;

function writeLab(name: string, expected: object, code = tinyCode): void {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, "README.md"), `# Lab ${name}\n\nWhat is left after some steps?\n`);
  const claims = [
    { id: "rest", text: "what is left", source: "a guide", value: 1, tolerance: { quick: { absolute: 0.01 } } },
    { id: "start", text: "where it starts", source: "a guide", value: 7, tolerance: { quick: { absolute: 0 } }, differs: { ours: 9, why: "The guide counts from another end." } },
    { id: "less", text: "what the guide has in words", source: "a guide", said: "a little", value: 2, unit: "g", tolerance: { quick: { atMost: 2 } } },
    { id: "never", text: "what only the real experiment shows", source: "a guide", value: 3, tolerance: { full: { absolute: 0 } } },
  ];
  writeFileSync(join(folder, name, "expected.json"), JSON.stringify({ seconds: { quick: 1, full: 100 }, claims, ...expected }));
  writeFileSync(join(folder, name, "lab.js"), code);
}

describe("nabla lab list", () => {
  test("as JSON and as a table", async () => {
    const { code, out } = await nabla("lab", "list", "--json");
    const { labs } = JSON.parse(out) as { labs: { name: string; question: string; seconds: object; needs: string[]; missing: string[] }[] };
    expect(code).toBe(0);
    expect(labs.map(({ name }) => name)).toContain("exams");
    for (const lab of labs) expect(lab).toMatchObject({ question: expect.any(String), seconds: { quick: expect.any(Number), full: expect.any(Number) }, missing: expect.any(Array) });
    const text = (await nabla("lab", "list")).out;
    for (const { name } of labs) expect(text).toMatch(new RegExp(`^${name} `, "m"));
  });
});

describe("nabla lab show", () => {
  test("tells question, settings and claims", async () => {
    const { code, out } = await nabla("lab", "show", "./tiny");
    expect(code).toBe(0);
    for (const line of ["# Lab tiny", "What is left", "rate   0.5    0.5   step: a number above 0", "where it starts", "npx nabla lab run ./tiny --full   about 2 min"]) expect(out).toContain(line);
    expect(JSON.parse((await nabla("lab", "show", "./tiny", "--json")).out)).toMatchObject({
      name: "tiny", seeds: { quick: 1, full: 2 }, settings: [{ name: "rate" }, { name: "steps", quick: 3, full: 30 }],
    });
  });
});

describe("nabla lab run", () => {
  test("compares, writes a report and says where it is", async () => {
    const { code, out, err } = await nabla("lab", "run", "./tiny", "--out", run);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^Lab tiny\nquick run, about 1\.0 s; run run\d+\n/);
    expect(out).toMatch(/what is left +1 +1 +agrees\n/);
    expect(out).toMatch(/where it starts +7 +9 +differs\n/);
    expect(out).toMatch(/what the guide has in words +a little +1 g +agrees\n +judged: at most 2\n/);
    expect(out).toMatch(/what only the real experiment shows +3 +– +not judged\n/);
    expect(out).toContain("differs: where it starts: The guide counts from another end.");
    expect(out).toContain("report.html");
    expect(readdirSync(run).toSorted()).toEqual(["report.html", "results.json", "run.json"]);
    expect(JSON.parse(readFileSync(join(run, "run.json"), "utf8"))).toMatchObject({ config: { lab: "tiny", mode: "quick", seeds: 1, settings: { rate: 0.5, steps: 3 } }, seed: 0 });
  });

  test("with --json prints one object", async () => {
    const { code, out } = await nabla("lab", "run", "./tiny", "--out", run, "--json");
    expect([code, JSON.parse(out)]).toMatchObject([0, { lab: "tiny", run, report: join(run, "report.html"), verdicts: { agrees: 2, differs: 1, fails: 0, notJudged: 1 }, tables: { result: [{ seeds: 1, x: 1 }] } }]);
  });

  test("a result that leaves its claim: exit 1, and it is named", async () => {
    const { code, out } = await nabla("lab", "run", "./tiny", "--out", run, "--set", "rate=0.25");
    expect(code).toBe(1);
    expect(out).toMatch(/what is left +1 +0\.125 +fails\n/);
    expect(out).toContain("fails: what is left: expected 1, within 0.01");
    expect(readFileSync(join(run, "report.html"), "utf8")).toContain("Changed settings: rate = 0.25");
  });

  test("modes and seeds", async () => {
    const full = JSON.parse((await nabla("lab", "run", "./tiny", "--out", run, "--json", "--full")).out);
    expect(full).toMatchObject({ mode: "full", seeds: 2, settings: { steps: 30 }, verdicts: { fails: 1, notJudged: 3 } });
    const seeds = JSON.parse((await nabla("lab", "run", "./tiny", "--out", `${run}-seeds`, "--json", "--seeds", "4")).out);
    expect(seeds.tables.result[0].seeds).toBe(4);
  });

  test("without --out numbers its folders below runs/", async () => {
    const { out } = await nabla("lab", "run", "./tiny", "--json");
    expect(JSON.parse(out).run).toMatch(/runs\/\d{4}-\d\d-\d\d-lab-tiny-1$/);
    rmSync("runs", { recursive: true });
  });

  test("an error leaves no folder behind", async () => {
    const { code, err } = await nabla("lab", "run", "./broken", "--out", run);
    expect([code, err]).toEqual([1, expect.stringMatching(/^lab broken failed: a fault of the lab\n$/)]);
    expect(existsSync(run)).toBe(false);
  });

  test("missing data: exit 1 and what brings them", async () => {
    mkdirSync(join(run, "photos"), { recursive: true });
    const { code, err } = await nabla("lab", "run", "./hungry", "--data-dir", run, "--out", `${run}-out`);
    expect([code, err]).toEqual([1, expect.stringMatching(/mnist: the data are not here.*npx nabla data prepare mnist/s)]);
    const none = await nabla("lab", "run", "./hungry", "--data-dir", join(run, "none"));
    expect(none.err).toMatch(/data folder photos is not here. Looked in .*none.*--data-dir DIR/s);
    expect([existsSync(`${run}-out`), existsSync("runs")]).toEqual([false, false]);
  });
});

describe("--resume", () => {
  test("goes on with the run's own plan", async () => {
    await nabla("lab", "run", "./tiny", "--out", run, "--set", "steps=2");
    const again = await nabla("lab", "run", "--resume", run, "--json");
    expect([again.code, JSON.parse(again.out)]).toMatchObject([1, { lab: "tiny", settings: { steps: 2 }, run }]);
    expect((await nabla("lab", "run", "./tiny", "--resume", run, "--json")).code).toBe(1);
  });

  test("refuses the run of another lab, a training, and what is no run; nothing changes", async () => {
    await nabla("lab", "run", "./tiny", "--out", run);
    const before = readdirSync(run).map((file) => readFileSync(join(run, file), "utf8"));
    const other = await nabla("lab", "run", "./other", "--resume", run);
    expect([other.code, other.err]).toEqual([1, expect.stringMatching(/is a run of lab tiny, not of other; nothing was changed.*--resume/)]);
    expect(readdirSync(run).map((file) => readFileSync(join(run, file), "utf8"))).toEqual(before);
    const train = await nabla("train", "--resume", run);
    expect([train.code, train.err]).toEqual([1, expect.stringMatching(/is a run of lab tiny; go on with it by: npx nabla lab run --resume/)]);
    const none = await nabla("lab", "run", "--resume", join(folder, "none"));
    expect([none.code, none.err]).toEqual([1, expect.stringMatching(/none is no run folder/)]);
    const full = await nabla("lab", "run", "./tiny", "--out", run);
    expect([full.code, full.err]).toEqual([1, expect.stringMatching(/is not empty .*continue it with --resume/)]);
    const info = JSON.parse(readFileSync(join(run, "run.json"), "utf8"));
    for (const [config, message] of [[{ model: "mlp" }, /is no run of a lab. It goes on with: npx nabla train/], [{ lab: "tiny", training: "a" }, /is a training within a run of lab tiny/], [{ ...info.config, settings: { rate: -1 } }, /does not fit lab tiny as it is now: .*a number above 0/], [{ lab: "tiny", folder: join(folder, "tiny") }, /damaged: it lacks mode/]] as const) {
      writeFileSync(join(run, "run.json"), JSON.stringify({ ...info, config }));
      const { code, err } = await nabla("lab", "run", "--resume", run);
      expect([code, err]).toEqual([1, expect.stringMatching(message)]);
    }
  });
});

describe("a command line that cannot be understood exits 2", () => {
  test.each([
    [["lab"], /Usage: nabla lab list\|show\|run/],
    [["lab", "lst"], /unknown command 'lst'.*list/],
    [["lab", "show"], /missing required argument 'name'/],
    [["lab", "show", "exmas"], /there is no lab "exmas"; did you mean exams\?/],
    [["lab", "run"], /NAME is missing/],
    [["lab", "run", "exmas"], /did you mean exams\?/],
    [["lab", "run", "./nowhere"], /nowhere is no lab: it has no lab\.js/],
    [["lab", "run", "./tiny", "--quick", "--full"], /--quick and --full exclude each other/],
    [["lab", "run", "./tiny", "--set", "rate"], /--set: expected NAME=VALUE, got "rate"/],
    [["lab", "run", "./tiny", "--set", "rte=1"], /--set rte: there is no such setting; did you mean rate\?/],
    [["lab", "run", "./tiny", "--set", "rate=x"], /--set rate: expected a number above 0, got "x"/],
    [["lab", "run", "./tiny", "--seeds", "0"], /--seeds: expected a whole number from 1 to 1000, got "0"/],
    [["lab", "run", "exams", "--seeds", "2"], /--seeds: lab exams draws nothing by chance/],
    [["lab", "run", "./tiny", "--out", ""], /--out: expected a folder, got ""/],
    [["lab", "run", "--resume", "x", "--full", "--set", "a=1"], /--full, --set cannot be given with it/],
    [["lab", "run", "./tiny", "--jsno"], /--jsno: there is no such option; did you mean --json\?/],
  ])("%j", async (argv, message) => {
    const { code, err } = await nabla(...argv);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
    expect(existsSync("runs")).toBe(false);
  });
});

test("tables wrap in the column that gives way", () => {
  expect(wrapped("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrapped("extraordinary", 5)).toEqual(["extra", "ordin", "ary"]);
  const lines = textTable(["what", "n"], [["a b c d e f g h i j k l m n o p", "1"]], { columns: 20, flexible: 0, right: [1] }).split("\n");
  expect(lines).toEqual(["what                      n", "────────────────────────  ─", "a b c d e f g h i j k l   1", "m n o p"]);
});
