import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { crossEntropy } from "../nn/losses/index.js";
import { Linear } from "../nn/linear.js";
import { rand } from "../ops/random.js";
import { tensor } from "../ops/create.js";
import { Adam } from "../optim/adam.js";
import { RunFolder } from "../train/run.js";
import { newRunInfo } from "../train/runInfo.js";
import { Trainer } from "../train/trainer.js";
import { findLab, listLabs, loadLab, readLab } from "./catalogue.js";
import { type Claim, expectedSchema, judge, judgedText, sourceText } from "./claims.js";
import { needIsHere, requireFolder, requireNeed } from "./dataFolders.js";
import { defineLab, type Lab } from "./lab.js";
import { htmlOf } from "./markdown.js";
import { MemoStore } from "./memo.js";
import { writeResults } from "./output.js";
import { Pace, progressLine } from "./pace.js";
import { runLab, type RunLabOptions } from "./runLab.js";
import { requireFiles } from "./settingFiles.js";
import { checkDefinitions, describeSettings, resolveSettings, type SettingDefinitions, type SettingValues } from "./settings.js";
import { numberText, valueText } from "./values.js";

const home = mkdtempSync(join(tmpdir(), "nabla-lab-"));
afterAll(() => rmSync(home, { recursive: true }));
let count = 0;
let folder: string;
beforeEach(() => void (folder = join(home, `case-${++count}`)));

describe("settings", () => {
  const definitions = {
    rate: { value: 0.02, above: 0, about: "learning rate" },
    steps: { quick: 100, full: 1000, min: 1, whole: true },
    hidden: [1, 5, 50],
    activation: { value: "relu", choices: ["relu", "tanh"] },
    shuffle: true,
  } as const satisfies SettingDefinitions;

  test("have one default, or one for each mode, and their types", () => {
    const quick = resolveSettings(definitions, "quick") as SettingValues<typeof definitions>;
    const types: { rate: number; steps: number; hidden: readonly number[]; activation: string; shuffle: boolean } = quick;
    expect(types).toEqual({ rate: 0.02, steps: 100, hidden: [1, 5, 50], activation: "relu", shuffle: true });
    expect(resolveSettings(definitions, "full").steps).toBe(1000);
    expect(describeSettings(definitions).map(({ name, expected }) => `${name}: ${expected}`)).toEqual([
      "rate: a number above 0", "steps: a whole number of at least 1", "hidden: numbers, separated by commas", "activation: one of relu, tanh", "shuffle: yes or no",
    ]);
  });

  test("are replaced by text or by value", () => {
    const given = new Map<string, unknown>([["rate", "1e-3"], ["hidden", "2, 4"], ["shuffle", "no"], ["steps", 7]]);
    expect(resolveSettings(definitions, "quick", given)).toMatchObject({ rate: 1e-3, hidden: [2, 4], shuffle: false, steps: 7 });
  });

  test.each([
    ["rat", "1", /--set rat: there is no such setting; did you mean rate\? There are rate, steps/],
    ["rate", "fast", /--set rate: expected a number above 0, got "fast"/],
    ["rate", "0", /expected a number above 0/],
    ["rate", "", /expected a number above 0/],
    ["rate", "NaN", /expected a number above 0/],
    ["steps", "2.5", /expected a whole number of at least 1/],
    ["hidden", "1,x", /--set hidden: expected numbers, separated by commas/],
    ["activation", "gelu", /one of relu, tanh/],
    ["shuffle", "maybe", /yes or no/],
  ])("%s=%s is refused in words", (name, value, message) => {
    expect(() => resolveSettings(definitions, "quick", new Map([[name, value]]))).toThrow(message);
  });

  test("a definition that cannot work is refused", () => {
    const run = (): void => {};
    expect(() => checkDefinitions({ steps: { value: 0, min: 1 } })).toThrow(/setting steps: expected a number of at least 1, got 0/);
    expect(() => checkDefinitions({ "--x": 1 })).toThrow(/a setting's name is letters and digits/);
    expect(() => defineLab({ seeds: 0, run })).toThrow(/seeds must be a whole number of at least 1/);
    expect(() => defineLab({} as never)).toThrow(/with a function run/);
  });
});

describe("claims", () => {
  const claim = (changes: Partial<Claim>): Claim => ({
    id: "error", text: "validation error", source: "a text", value: 7, tolerance: { quick: { absolute: 0.5 }, full: { relative: 0.01 } }, ...changes,
  });
  const verdict = (changes: Partial<Claim>, ours: Claim["value"] | undefined, mode: "quick" | "full" = "quick"): string => judge(claim(changes), mode, ours).verdict;

  test("agree within their tolerance, each mode its own", () => {
    expect([verdict({}, 7.5), verdict({}, 7.6), verdict({}, 7.05, "full"), verdict({}, 7.5, "full")]).toEqual(["agrees", "fails", "agrees", "fails"]);
    expect([verdict({ value: 0.6, tolerance: { quick: { absolute: 0.05 } } }, 0.65), verdict({}, Number.NaN), verdict({}, undefined)]).toEqual(["agrees", "fails", "fails"]);
    expect(verdict({ tolerance: { full: { absolute: 1 } } }, 100)).toBe("not judged");
    expect(judge(claim({}), "quick", Number.NaN).note).toBe("expected 7, within 0.5; NaN: it diverged, or there was nothing to measure");
  });

  test("about some settings are not judged with others", () => {
    const [about, settings] = [claim({ when: { part: "sweeps" } }), { part: "sweeps", epochs: 3 }];
    expect([judge(about, "quick", 7, settings), judge(about, "quick", 1, settings), judge(about, "quick", undefined, { part: "ladder" })].map((each) => each.verdict)).toEqual(["agrees", "fails", "not judged"]);
  });

  test("have bounds, lists, words and orders", () => {
    expect([verdict({ tolerance: { quick: { atLeast: 5 } } }, 5), verdict({ tolerance: { quick: { atMost: 5 } } }, 6)]).toEqual(["agrees", "fails"]);
    const list = { value: [4, 4, -2] };
    expect([verdict(list, [4, 4.4, -2]), verdict(list, [4, 4]), verdict(list, 4), verdict(list, "4")]).toEqual(["agrees", "fails", "fails", "fails"]);
    const order: Partial<Claim> = { value: ["a", "b"], tolerance: { quick: "order" } };
    expect([verdict(order, ["a", "b"]), verdict(order, ["b", "a"])]).toEqual(["agrees", "fails"]);
    expect(verdict({ value: "no", tolerance: { quick: "equal" } }, "no")).toBe("agrees");
  });

  test("that differ keep the source's value, and fail away from both", () => {
    const differs = { ours: 12, why: "The text used another data set than it says." };
    expect([verdict({ differs }, 12.4), verdict({ differs }, 7.2), verdict({ differs }, 10)]).toEqual(["differs", "agrees", "fails"]);
    expect(judge(claim({ differs }), "quick", 12)).toMatchObject({ note: differs.why, claim: { value: 7 } });
    expect(judge(claim({ differs }), "quick", 10).note).toMatch(/neither the source's value nor the recorded difference/);
    expect(verdict({ tolerance: { full: { absolute: 1 } }, differs: { ...differs, tolerance: { quick: { absolute: 2 } } } }, 13)).toBe("differs");
  });

  test("of words are shown in them, and the bound that judges them as ours", () => {
    const words = claim({ value: 10, said: "much larger", unit: "points", tolerance: { quick: { atLeast: 5 }, full: { absolute: 2 } } });
    expect([sourceText(words), sourceText(claim({ unit: "%" }))]).toEqual(["much larger", "7 %"]);
    expect([judgedText(words, "quick"), judgedText(words, "full"), judgedText(claim({}), "quick")]).toEqual(["judged: at least 5", "judged: 10, within 2", ""]);
    expect([judge(words, "quick", 6).verdict, judge(words, "quick", 4).note]).toEqual(["agrees", "expected at least 5"]);
    expect(judgedText({ ...words, tolerance: { full: { atLeast: 5 } } }, "quick")).toBe("");
  });

  test.each([
    [{ said: "smaller", value: "smaller", tolerance: { quick: "equal" } }, /said goes with a value of numbers/],
    [{ said: "" }, /Too small/],
    [{ id: "Bad Id" }, /joined by hyphens/],
    [{ tolerance: {} }, /judged in at least one of the modes/],
    [{ tolerance: { quick: "order" } }, /numbers take absolute, relative, atLeast or atMost/],
    [{ value: "word", tolerance: { quick: { absolute: 1 } } }, /a word takes equal/],
    [{ tolerance: { quick: { atLeast: 5 } }, differs: { ours: 4, why: "It never came above four here." } }, /needs a tolerance of its own/],
    [{ tolerence: {} }, /Unrecognized key/],
  ])("%j is refused", (changes, message) => {
    const parsed = expectedSchema.safeParse({ seconds: { quick: 1, full: 1 }, claims: [{ ...claim({}), ...changes }] });
    expect(JSON.stringify(parsed.error?.issues)).toMatch(message);
  });

  test("have ids of their own", () => {
    const parsed = expectedSchema.safeParse({ seconds: { quick: 1, full: 1 }, claims: [claim({}), claim({})] });
    expect(JSON.stringify(parsed.error?.issues)).toMatch(/two claims are called error/);
  });
});

test("values as tables show them", () => {
  expect([0, -1.5, 1 / 3, 1191170, 123456.7, 1e-9, -2.5e-7, Number.NaN, -Infinity, 0.1 + 0.2].map(numberText)).toEqual([
    "0", "−1.5", "0.33333", "1,191,170", "123,457", "10⁻⁹", "−2.5·10⁻⁷", "NaN", "−∞", "0.3",
  ]);
  expect([valueText(69.5, "%"), valueText([4, -2, 1e-17]), valueText(["CNN", "words"]), valueText(undefined)]).toEqual(["69.5 %", "(4, −2, 0)", "CNN, words", "–"]);
});

describe("memo", () => {
  const stores = (): [MemoStore, MemoStore] => {
    mkdirSync(folder);
    return [new MemoStore(folder), new MemoStore(folder)];
  };

  test("does a part once, and gives the same both times", async () => {
    const [first, second] = stores();
    const result = { loss: [0.1 + 0.2, Number.NaN, Infinity, -0], name: "a", none: null };
    expect(await first.remember("seed-0", () => result)).toEqual({ kept: false, value: { ...result, loss: [0.1 + 0.2, Number.NaN, Infinity, 0] } });
    const again = await second.remember<typeof result>("seed-0", () => expect.unreachable());
    expect(again).toEqual({ kept: true, value: { ...result, loss: [0.1 + 0.2, Number.NaN, Infinity, 0] } });
    expect(await first.remember("nothing", () => undefined)).toEqual({ kept: false, value: undefined });
  });

  test("refuses what would not come back as it was", async () => {
    const [store] = stores();
    await expect(store.remember("a", () => ({ losses: new Float32Array(2) }))).rejects.toThrow(/memo "a": the result at \.losses is a Float32Array.*Array\.from/);
    await expect(store.remember("b", () => [1, tensor([1])])).rejects.toThrow(/the result at \[1\] is a Tensor/);
    await expect(store.remember("c", () => ({ x: undefined }))).rejects.toThrow(/at \.x is a undefined/);
    await expect(store.remember("../d", () => 1)).rejects.toThrow(/expected a name of letters, digits/);
    await store.remember("e", () => 1);
    await expect(store.remember("e", () => 1)).rejects.toThrow(/used twice/);
    expect(existsSync(join(folder, "memo", "a.json"))).toBe(false);
  });

  test("a damaged file is named, not overwritten", async () => {
    const [store] = stores();
    mkdirSync(join(folder, "memo"));
    writeFileSync(join(folder, "memo", "part.json"), "{");
    await expect(store.remember("part", () => 1)).rejects.toThrow(/part\.json is damaged; delete it/);
  });
});

describe("progress", () => {
  test("shows share and remaining time, and yields to the event loop now and then", async () => {
    const shown: string[] = [];
    let ms = 0;
    const pace = new Pace(new AbortController().signal, (line) => shown.push(line), () => ms);
    void pace.progress(0, 10, "seed 0");
    ms = 1000;
    void pace.progress(5, 10, "seed 0");
    void pace.progress(1, 10, "seed 1");
    expect(shown).toEqual(["seed 0  ──────────────────── 0 %", "seed 0  ━━━━━━━━━━────────── 50 %  ETA 0:01", "seed 1  ━━────────────────── 10 %"]);
    expect(progressLine("x", 0, 0, undefined)).toBe("x  ━━━━━━━━━━━━━━━━━━━━ 100 %");
  });

  test("is where a lab stops", () => {
    const stop = new AbortController();
    const pace = new Pace(stop.signal, () => {});
    stop.abort();
    expect(() => pace.progress(1, 2, "seed 0")).toThrow(/stopped/);
  });
});

test("Markdown: headings move down, tables scroll, links to files are words", () => {
  const html = htmlOf("# A\n\nsee [shapes](../shapes/README.md) and [this](https://example.org)\n\n| a |\n|---|\n| 1 |\n", 1);
  expect(html).toContain("<h2>A</h2>");
  expect(html).toContain("<code>shapes</code>");
  expect(html).toContain('<a href="https://example.org">this</a>');
  expect(html).toContain('<div class="scroll"><table>');
});

/** Writes a lab folder. */
function writeLab({ readme = "# A lab\n\nWhat is it?\n", expected = {}, code = "export default { run() {} };" }: { readme?: string; expected?: object | string; code?: string } = {}): string {
  mkdirSync(folder, { recursive: true });
  const claims = [{ id: "answer", text: "the answer", source: "a guide", value: 42, tolerance: { quick: { absolute: 0 } } }];
  writeFileSync(join(folder, "README.md"), readme);
  writeFileSync(join(folder, "expected.json"), typeof expected === "string" ? expected : JSON.stringify({ seconds: { quick: 1, full: 60 }, claims, ...expected }));
  writeFileSync(join(folder, "lab.js"), code);
  return folder;
}

describe("the catalogue", () => {
  test("reads title, question and claims", async () => {
    const entry = readLab(writeLab({ readme: "# A lab\n\nWhat\nis it?\n\nMore.\n" }));
    expect(entry).toMatchObject({ title: "A lab", question: "What is it?", expected: { needs: [], claims: [{ id: "answer" }] } });
    expect(typeof (await loadLab(entry)).run).toBe("function");
    expect(findLab(folder).name).toBe(entry.name);
  });

  test.each([
    [{ readme: "no heading" }, /README\.md: expected a line "# TITLE"/],
    [{ expected: "{" }, /expected\.json is no JSON/],
    [{ expected: { claims: [] } }, /expected\.json does not hold the claims of a lab/],
  ])("%j is refused, naming the file", (files, message) => {
    expect(() => readLab(writeLab(files))).toThrow(message);
  });

  test("code that defines no lab is refused", async () => {
    await expect(loadLab(readLab(writeLab({ code: "export const x = 1;" })))).rejects.toThrow(/must have export default defineLab/);
    expect(() => findLab("./nowhere")).toThrow(/nowhere is no lab: it has no lab\.js/);
    expect(() => findLab("exmas")).toThrow(/there is no lab "exmas"; did you mean exams\?/);
    expect(() => findLab("decision")).toThrow(/did you mean decision-boundaries\?/);
    expect(() => findLab("nosuch")).toThrow(/there is no lab "nosuch"; nabla lab list shows all \d+\.$/);
    expect(listLabs(join(home, "none"))).toEqual([]);
  });
});

describe("data folders", () => {
  test("a setting that names a file takes those that are there, and no way out of the folder", () => {
    const definitions = { photo: { value: "cat.jpg", folder: "photos" } };
    mkdirSync(join(folder, "photos"), { recursive: true });
    for (const file of ["cat.jpg", "bridge.jpg", ".hidden"]) writeFileSync(join(folder, "photos", file), "");
    expect(describeSettings(definitions)[0].expected).toBe("the name of a file in the folder photos");
    const check = (photo: string): void => requireFiles(definitions, resolveSettings(definitions, "quick", new Map([["photo", photo]])), folder);
    expect(() => check("bridge.jpg")).not.toThrow();
    expect(() => check("nosuch.png")).toThrow(/--set photo: there is no nosuch\.png in the folder photos\. There are bridge\.jpg, cat\.jpg\.$/);
    expect(() => check("car.jpg")).toThrow(/did you mean cat\.jpg\?/);
    for (const out of ["../cat.jpg", "a\\b.jpg", ".."]) expect(() => check(out)).toThrow(/--set photo: expected the name of a file in the folder photos, got/);
  });

  test("are found below the root, or named with what brings them", () => {
    mkdirSync(join(folder, "photos"), { recursive: true });
    expect(requireFolder("photos", folder)).toBe(join(folder, "photos"));
    expect(needIsHere("photos", folder)).toBe(true);
    expect(() => requireNeed("text", folder)).toThrow(/data folder text is not here\. Looked in .*--data-dir DIR, or NABLA_DATA=DIR, with a folder DIR\/text that holds tinyshakespeare/s);
    expect(() => requireNeed("mnist", folder)).toThrow(/mnist: the data are not here.*npx nabla data prepare mnist.*--data-dir DIR \(or NABLA_DATA\)/s);
    expect(() => requireFolder("fotos", folder)).toThrow(/there is no data folder "fotos"; did you mean photos\?/);
  });
});

/** Runs a definition with the claims of `writeLab`, in a run folder beside it. */
async function play(definition: { run(lab: Lab): void | Promise<void> }, options: Partial<RunLabOptions> & { expected?: object } = {}): ReturnType<typeof runLab> {
  const entry = readLab(writeLab({ expected: options.expected }));
  const plan = { lab: entry.name, mode: "quick", seeds: 2, settings: {}, dataDir: undefined } as const;
  const path = join(folder, "run");
  const run = existsSync(path) ? RunFolder.open(path) : RunFolder.create(path, newRunInfo({ ...plan }, 0));
  try {
    const result = await runLab({ entry, definition, plan, run, resumed: false, ...options });
    writeResults(result, entry, run);
    return result;
  } finally {
    run.close();
  }
}

describe("a run", () => {
  test("judges what is claimed and writes one report with all that was shown", async () => {
    const { judgements, seeds } = await play({
      run(lab) {
        lab.text("**Look** at <this>");
        lab.table("numbers", [{ name: "a & b", value: 0.5 }, { name: "c", value: null }], "Some numbers.");
        lab.figure("curve", { svg: () => '<svg viewBox="0 0 1 1"></svg>' }, "A <curve>.");
        lab.claim("answer", 42);
      },
    });
    expect([judgements.map(({ verdict }) => verdict), seeds]).toEqual([["agrees"], [0, 1]]);
    const html = readFileSync(join(folder, "run", "report.html"), "utf8");
    for (const part of ["<h1>A lab</h1>", "<strong>Look</strong>", "a &amp; b", "Some numbers.", '<svg viewBox="0 0 1 1">', "A &lt;curve&gt;.", "1 claim agrees", `npx nabla lab run case-${count} --quick --seeds 2`]) expect(html).toContain(part);
    expect(html.replaceAll(/https?:\/\/www\.w3\.org\S*/g, "")).not.toMatch(/(src|href)="http|@import|url\((?!data:)/);
    expect(JSON.parse(readFileSync(join(folder, "run", "results.json"), "utf8"))).toMatchObject({
      verdicts: { agrees: 1, differs: 0, fails: 0, notJudged: 0 }, claims: [{ id: "answer", value: 42, ours: 42 }], tables: { numbers: [{ name: "a & b", value: 0.5 }, { name: "c", value: null }] },
    });
    expect(readdirSync(join(folder, "run", "figures"))).toEqual(["curve.svg"]);
  });

  test("shows words of the source, and beside ours the bound", async () => {
    const claims = [{ id: "answer", text: "the answer", source: "a guide", said: "<large>", value: 40, unit: "%", tolerance: { quick: { atLeast: 40 } } }];
    await play({ run: (lab) => lab.claim("answer", 42) }, { expected: { claims } });
    expect(readFileSync(join(folder, "run", "report.html"), "utf8")).toContain('<td class="value words">&lt;large&gt;</td><td class="value">42 %<span class="small">judged: at least 40</span></td>');
    const [record] = JSON.parse(readFileSync(join(folder, "run", "results.json"), "utf8")).claims;
    expect(record).toMatchObject({ said: "<large>", judged: "at least 40", ours: 42, verdict: "agrees" });
    expect(record).not.toHaveProperty("value");
  });

  test("a claim without a result fails", async () => {
    expect((await play({ run() {} })).judgements[0]).toMatchObject({ verdict: "fails", note: "the lab gave no result for it" });
  });

  test.each<[string, (lab: Lab) => void, RegExp]>([
    ["an unknown claim", (lab) => lab.claim("anser", 1), /has no claim "anser"; it has answer/],
    ["a claim given twice", (lab) => [1, 2].forEach((x) => lab.claim("answer", x)), /claim "answer" is given twice/],
    ["a claim that is no number", (lab) => lab.claim("answer", tensor(1) as never), /claim "answer": expected a number, a word, or a list of either, got a Tensor/],
    ["a text that is none", (lab) => lab.text(undefined as never), /text: expected Markdown, got undefined/],
    ["a row that is none", (lab) => lab.table("t", [3 as never]), /table "t": expected rows such as \{ name: value \}, got 3/],
    ["an empty table", (lab) => lab.table("t", []), /expected at least one row/],
    ["two figures of one name", (lab) => [1, 2].forEach(() => lab.figure("f", { svg: () => "" }, "")), /two figures are called "f"/],
    ["no figure", (lab) => lab.figure("f", "x" as never, ""), /expected a chart of plot/],
    ["a name that is none", (lab) => lab.figure("a/b", { svg: () => "" }, ""), /expected a name of letters/],
  ])("%s is an error in words", async (_, run, message) => {
    await expect(play({ run })).rejects.toThrow(message);
  });

  test("that was stopped goes on behind its last part, to the same numbers", async () => {
    const numbers = async (stop?: AbortController): Promise<number[]> => {
      const drawn: number[] = [];
      await play(
        {
          async run(lab) {
            for (const seed of lab.seeds) drawn.push(await lab.memo(`seed-${seed}`, async () => (await rand([1], { dtype: "float64" }).data())[0]));
            stop?.abort();
            await lab.progress(0, 1, "later");
            drawn.push((await rand([1], { dtype: "float64" }).data())[0]);
          },
        },
        { signal: stop?.signal },
      ).catch((error: Error) => expect(error.name).toBe("LabStopped"));
      return drawn;
    };
    const whole = await numbers();
    rmSync(join(folder, "run"), { recursive: true });
    expect(await numbers(new AbortController())).toEqual(whole.slice(0, 2));
    expect(await numbers()).toEqual(whole);
  });

  test("does one part after the other", async () => {
    const part = (): Promise<number> => new Promise((resolve) => setTimeout(resolve, 20, 1));
    await expect(play({ run: async (lab) => void (await Promise.all([lab.memo("a", part), lab.memo("b", part)])) })).rejects.toThrow(/memo "b": the part "a" is still under way; await one after the other/);
  });

  test("resumes a training from its checkpoint, to the same weights", async () => {
    const images = { length: 4, dataset: { length: 8 }, epoch: batches };
    const train = async (stopAt?: number): Promise<number[] | "stopped"> => {
      const stop = new AbortController();
      let result: number[] | "stopped" = "stopped";
      await play(
        {
          async run(lab) {
            const model = new Linear(2, 2);
            const trainer = new Trainer({ model, optimizer: new Adam(model.parameters(), { lr: 0.1 }), loss: crossEntropy });
            trainer.listen({ step: ({ globalStep }) => void (globalStep === stopAt && stop.abort()) });
            const { status, history } = await lab.fit("net", trainer, images, null, { epochs: 3 });
            expect([status, history.length]).toEqual(["finished", 3]);
            expect(() => lab.fit("net", trainer, images, null, { epochs: 3 })).toThrow(/fit: the key "net" is used twice/);
            result = Array.from(await model.weight.data());
          },
        },
        { signal: stop.signal },
      ).catch((error: Error) => expect(error.name).toBe("LabStopped"));
      return result;
    };
    const whole = await train();
    expect(await train()).toEqual(whole); // finished before: nothing is done again
    rmSync(join(folder, "run"), { recursive: true });
    expect(await train(6)).toBe("stopped");
    expect(await train()).toEqual(whole);
  });
});

async function* batches(epoch: number, { start = 0 }: { start?: number } = {}): ReturnType<Parameters<Lab["fit"]>[2]["epoch"]> extends AsyncIterable<infer B> ? AsyncGenerator<B> : never {
  for (let i = start; i < 4; i++) yield { x: tensor([[epoch, i], [i, 1]]), y: tensor([0, 1], { dtype: "int32" }) };
}
