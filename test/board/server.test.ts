/** The board's server on real folders: what it answers, how it follows runs, and what it says of those that are damaged. */

import { appendFileSync, chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { HistogramSeries, ImageSeries, Inspection, ModelGraph, PredictionPage, PredictionsOverview, RunDetail, SeriesAnswer } from "../../src/board/protocol.js";
import { EventWriter, tensor } from "../../src/index.js";
import { encodeSafetensors, type HostTensor } from "../../src/interop/safetensors.js";
import { boardTests, epochLine, lockText, runJson, writeRun } from "./runFolders.js";

const { root, start } = boardTests();
const id = encodeURIComponent;

describe("answers", () => {
  test("a run: its summary, facts and curves", async () => {
    writeRun(root(), "mnist/a b ü");
    const board = await start();
    const { runs, omissions } = await board.list();
    expect(omissions).toEqual([]);
    expect(runs).toEqual([
      expect.objectContaining({
        id: "mnist/a b ü",
        name: "a b ü",
        kind: "training",
        state: "finished",
        created: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000,
        seconds: 6,
        epochsDone: 3,
        epochs: 3,
        config: { model: "convnet", lr: 0.1, batch: 10, epochs: 3, "model.batchNorm": true },
        monitor: "valAccuracy",
        has: { predictions: false, model: false, inspection: false, histograms: false, images: false },
      }),
    ]);
    expect(runs[0].metrics.valAccuracy).toEqual({ last: 0.9 - 0.5 / 3, best: 0.9 - 0.5 / 3, bestEpoch: 3, higherIsBetter: true });
    expect(runs[0].metrics.valLoss).toEqual({ last: 1 / 3 + 0.1, best: 1 / 3 + 0.1, bestEpoch: 3, higherIsBetter: false });
    expect(runs[0].metrics).not.toHaveProperty("lr");
    expect(runs[0].spark).toEqual([0.4, 0.65, 0.9 - 0.5 / 3]);
    const { body } = await board.get<RunDetail>(`runs/${id("mnist/a b ü")}`);
    expect(body.scalars).toContainEqual({ tag: "imagesPerSecond", total: 3 });
    expect(body.facts).toContainEqual(["seed", "4"]);
    const { body: answer } = await board.get<SeriesAnswer>(`series?run=${id("mnist/a b ü")}&tag=valLoss&tag=none&x=epoch`);
    expect(answer.series).toEqual([{ run: "mnist/a b ü", tag: "valLoss", total: 3, x: [1, 2, 3], y: [1.1, 0.6, 1 / 3 + 0.1], means: null, best: { x: 3, y: 1 / 3 + 0.1 }, overfitsFrom: null }]);
    expect((await board.get<SeriesAnswer>(`series?run=${id("mnist/a b ü")}&tag=valLoss&x=step`)).body.series[0].x).toEqual([10, 20, 30]);
    expect((await board.get<SeriesAnswer>(`series?run=${id("mnist/a b ü")}&tag=valLoss&x=time`)).body.series[0].x).toEqual([2, 4, 6]);
  });

  test("the root itself may be a run", async () => {
    writeRun(root(), "");
    const board = await start();
    expect((await board.list()).runs.map((run) => run.id)).toEqual(["./"]);
    expect((await board.get<RunDetail>(`runs/${id("./")}`)).body.summary.epochsDone).toBe(3);
  });

  test("curves of steps: thinned with their lowest and highest values, cut to a range, over steps, epochs and time", async () => {
    const folder = writeRun(root(), "a");
    const writer = new EventWriter(join(folder, "events", "steps"), { wallTime: 1000 });
    for (let step = 1; step <= 3000; step++) writer.addScalar("step/loss", step === 777 ? 50 : step === 2111 ? -50 : Math.sin(step), step, { wallTime: 1000 + step / 10 });
    await writer.close();
    const board = await start();
    const series = async (query: string) => (await board.get<SeriesAnswer>(`series?run=a&tag=step%2Floss&${query}`)).body.series[0];
    const whole = await series("x=step&points=100");
    expect(whole.total).toBe(3000);
    expect(whole.x.length).toBeLessThanOrEqual(100);
    expect([whole.x[0], whole.x.at(-1)]).toEqual([1, 3000]);
    expect(whole.y[whole.x.indexOf(777)]).toBe(50);
    expect(whole.y[whole.x.indexOf(2111)]).toBe(-50);
    expect((await series("x=step&points=100&from=1000&to=1010")).x).toEqual(Array.from({ length: 13 }, (_, i) => 999 + i));
    expect((await series("x=epoch&points=2")).x).toEqual([0.1, 300]);
    const time = (await series("x=time&points=2")).x;
    expect(time[0]).toBe(0);
    expect(time[1]).toBeCloseTo(299.9, 3);
  });

  test("gaps stay gaps, and JSON holds no other numbers", async () => {
    const folder = writeRun(root(), "a", { epochs: 0 });
    writeFileSync(join(folder, "metrics.jsonl"), epochLine(1) + `${'{"event":"epoch","epoch":2,"valLoss":null,"trainLoss":1e999}\n{"event":"epoch","epoch":3,"valLoss":0.1,"trainLoss":-1e999}'}\n`);
    const board = await start();
    const { body } = await board.get<SeriesAnswer>("series?run=a&tag=valLoss&tag=trainLoss&x=epoch");
    expect(body.series.map(({ y }) => y)).toEqual([[1.1, null, 0.1], [1, null, null]]);
    expect((await board.run("a"))?.metrics.trainLoss).toMatchObject({ last: null, best: 1 });
  });

  test("where the validation loss rises for good while the training loss falls", async () => {
    const folder = writeRun(root(), "a", { epochs: 0 });
    const valLoss = [1, 0.8, 0.6, 0.7, 0.65, 0.9];
    writeFileSync(join(folder, "metrics.jsonl"), valLoss.map((value, i) => epochLine(i + 1, { valLoss: value })).join(""));
    const board = await start();
    const { body } = await board.get<SeriesAnswer>("series?run=a&tag=valLoss&tag=trainLoss&x=epoch");
    expect(body.series.map(({ overfitsFrom }) => overfitsFrom)).toEqual([3, null]);
  });

  test("event files of other programs, by their own tags", async () => {
    const writer = new EventWriter(join(root(), "other", "run 1"), { wallTime: 500 });
    for (let step = 0; step < 300; step++) writer.addScalar("loss/train", 300 - step, step, { wallTime: 500 + step });
    for (let step = 0; step < 200; step++) await writer.addHistogram("weights", [-step, 0, step + 1], step, { bins: 2 });
    await writer.addImage("digits", tensor([0, 255], { shape: [2, 1, 1, 1], dtype: "uint8" }), 4);
    writer.addHparams({ rate: 0.5, name: "x" }, { "hparam/loss": 1 });
    await writer.close();
    const board = await start();
    const run = (await board.run("other/run 1"))!;
    expect(run).toMatchObject({ kind: "events", monitor: "loss/train", config: { rate: 0.5, name: "x" }, has: { histograms: true, images: true } });
    expect(run.metrics["loss/train"]).toEqual({ last: 1, best: 1, bestEpoch: 299, higherIsBetter: false });
    expect(run.spark).toHaveLength(40);
    const path = `runs/${id("other/run 1")}`;
    const { entries } = (await board.get<HistogramSeries>(`${path}/histograms?tag=weights`)).body;
    expect(entries).toHaveLength(120);
    expect([entries[0].step, entries[119].step]).toEqual([0, 199]);
    expect(entries[119].buckets).toEqual([[-199, 0.5, 2], [0.5, 200, 1]]);
    expect((await board.get<ImageSeries>(`${path}/images?tag=digits`)).body).toEqual({ tag: "digits", entries: [{ step: 4, images: 2, width: 1, height: 1 }] });
    const image = await fetch(`${board.url}api/${path}/image?tag=digits&step=4&index=1`);
    expect(image.headers.get("content-type")).toBe("image/png");
    expect(Buffer.from(await image.arrayBuffer()).subarray(1, 4).toString()).toBe("PNG");
    expect((await board.get(`${path}/image?tag=digits&step=4&index=2`)).status).toBe(400);
    expect((await board.get(`${path}/histograms?tag=no`)).body.error).toMatch(/There is no histogram "no"/);
  });

  test("the network, its predictions and inspected samples", async () => {
    const folder = writeRun(root(), "a");
    const node = { path: "", type: "Linear", text: "Linear(2, 3)", inputShape: [2], outputShape: [3], parameters: 9, multiplyAdds: 6, outputBytes: 12, receptiveField: null, children: [] };
    const model: ModelGraph = { format: 1, inputShape: [2], root: { ...node, children: [{ ...node, path: "fc" }] }, edges: [["input", "fc"], ["fc", "output"]] };
    writeFileSync(join(folder, "model.json"), JSON.stringify(model));
    const tensors = new Map<string, HostTensor>([
      ["labels", { dtype: "int32", shape: [4], data: Int32Array.of(0, 1, 1, 2) }],
      ["indices", { dtype: "int32", shape: [4], data: Int32Array.of(10, 11, 12, 13) }],
      ["probabilities", { dtype: "float32", shape: [4, 3], data: Float32Array.of(0.75, 0.25, 0, 0.5, 0.25, 0.25, 0.125, 0.75, 0.125, 1, 0, 0) }],
      ["imageIndices", { dtype: "int32", shape: [1], data: Int32Array.of(11) }],
      ["images", { dtype: "uint8", shape: [1, 3, 1, 2], data: Uint8Array.of(1, 2, 3, 4, 5, 6) }],
    ]);
    writeFileSync(join(folder, "predictions.safetensors"), encodeSafetensors(tensors, { format: "1", epoch: "3", classes: '["cat","dog","cow"]', dataset: "x" }));
    const spread = { min: 0, max: 1, mean: 0.5, std: 0.1, zeros: 0 };
    const inspection: Inspection = { format: 1, epoch: 3, classes: ["cat"], samples: [{ index: 5, label: 0, loss: 0.5, top: [{ label: 0, probability: 0.6 }], graph: [{ id: 0, op: "input", name: "", inputs: [], shape: [1, 2], value: spread, gradient: null }] }], layers: [{ path: "conv", shape: [2, 1, 1] }] };
    writeFileSync(join(folder, "inspection.json"), JSON.stringify(inspection));
    writeFileSync(join(folder, "inspection.safetensors"), encodeSafetensors(new Map([["maps/0/conv", { dtype: "uint8", shape: [2, 1, 1], data: Uint8Array.of(7, 9) }], ["sample/0", { dtype: "uint8", shape: [1, 1, 2], data: Uint8Array.of(7, 9) }]])));
    const board = await start();
    expect((await board.run("a"))?.has).toEqual({ predictions: true, model: true, inspection: true, histograms: false, images: false });
    expect((await board.get<ModelGraph>("runs/a/model")).body).toEqual(model);
    expect((await board.get<Inspection>("runs/a/inspection")).body).toEqual(inspection);
    const overview = (await board.get<PredictionsOverview>("runs/a/predictions")).body;
    expect(overview).toMatchObject({ epoch: 3, samples: 4, accuracy: 0.5, confusion: [[1, 0, 0], [1, 1, 0], [1, 0, 0]], confused: [[0, 0, 1], [1, 0, 1], [1, 1, 1], [2, 0, 1]], images: true });
    expect(overview.classes.map(({ name, count, precision, recall }) => [name, count, precision, recall])).toEqual([["cat", 1, 1 / 3, 1], ["dog", 2, 1, 0.5], ["cow", 1, null, 0]]);
    // By hand: for cat, the sample of the class comes second, behind one of cow.
    expect(overview.classes[0].averagePrecision).toBe(0.5);
    expect(overview.classes[0].curve.at(-1)).toEqual([1, 0.25]);
    const items = async (query: string) => (await board.get<PredictionPage>(`runs/a/predictions/items?${query}`)).body;
    const wrong = await items("which=wrong&sort=confidence");
    expect(wrong.items.map(({ index }) => index)).toEqual([13, 11]);
    expect(wrong.items[1]).toMatchObject({ label: 1, predicted: 0, hasImage: true, top: [{ label: 0, probability: 0.5 }, { label: 1, probability: 0.25 }, { label: 2, probability: 0.25 }] });
    expect(wrong.items[1].loss).toBeCloseTo(-Math.log(0.25), 6);
    expect((await items("which=all&index=12")).items.map(({ index }) => index)).toEqual([12]);
    expect(await items("which=all&label=1&offset=1&limit=1")).toMatchObject({ total: 2, items: [{ label: 1 }] });
    for (const path of ["predictions/image?index=11", "inspection/maps?sample=0&layer=conv", "inspection/maps?sample=0"]) {
      const answer = await fetch(`${board.url}api/runs/a/${path}`);
      expect([path, answer.status, answer.headers.get("content-type")]).toEqual([path, 200, "image/png"]);
    }
    for (const path of ["predictions/image?index=12", "inspection/maps?sample=0&layer=no", "inspection/maps?sample=7"]) expect([path, (await board.get(`runs/a/${path}`)).status]).toEqual([path, 404]);
    expect(board.faults).toEqual([]);
  });

  test("what a run does not have says which command makes it", async () => {
    writeRun(root(), "a");
    const board = await start();
    for (const path of ["model", "predictions", "inspection"]) expect((await board.get(`runs/a/${path}`)).body.error).toMatch(/a has no .*npx nabla train/);
  });

  test("notes are kept in the run's folder", async () => {
    const folder = writeRun(root(), "a");
    const board = await start();
    const patch = (body: unknown, headers = { "content-type": "application/json" }) => fetch(`${board.url}api/runs/a`, { method: "PATCH", headers, body: typeof body === "string" ? body : JSON.stringify(body) });
    const notes = { tags: ["good", "ü"], group: "lecture", note: "two\nlines" };
    const answer = await patch(notes);
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ id: "a", notes })]);
    expect(JSON.parse(readFileSync(join(folder, "board.json"), "utf8"))).toEqual(notes);
    for (const wrong of ["{", "[]", { ...notes, more: 1 }, { ...notes, tags: "x" }, { ...notes, tags: ["", "a"] }, { ...notes, note: "x".repeat(30_000) }]) expect([wrong, (await patch(wrong)).status]).toEqual([wrong, 400]);
    expect((await patch(notes, { "content-type": "text/plain" })).status).toBe(415);
    expect((await patch("x".repeat(100_000))).status).toBe(413);
    if (process.getuid?.() !== 0) {
      chmodSync(folder, 0o500);
      expect(await (await patch(notes)).json()).toEqual({ error: expect.stringMatching(/not kept: cannot write .*permission/) });
      chmodSync(folder, 0o700);
    }
    rmSync(folder, { recursive: true });
    expect((await patch(notes)).status).toBeGreaterThanOrEqual(404);
    expect(board.faults).toEqual([]);
  });
});

describe("following", () => {
  test("runs appear, go on, end and go, and pages are told", async () => {
    const board = await start();
    const events: string[] = [];
    const abort = new AbortController();
    const stream = await fetch(`${board.url}api/stream`, { signal: abort.signal });
    expect(stream.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const part of stream.body!) events.push(decoder.decode(part as Uint8Array));
    })().catch(() => {});
    expect((await board.list()).runs).toEqual([]);
    const folder = writeRun(root(), "a", { epochs: 1 });
    writeFileSync(join(folder, "run.lock"), lockText());
    await board.until(({ runs }) => runs[0]?.state === "running" && runs[0].epochsDone === 1);
    appendFileSync(join(folder, "metrics.jsonl"), epochLine(2));
    await board.until(({ runs }) => runs[0]?.epochsDone === 2);
    appendFileSync(join(folder, "metrics.jsonl"), epochLine(3));
    rmSync(join(folder, "run.lock"));
    await board.until(({ runs }) => runs[0]?.state === "finished");
    rmSync(folder, { recursive: true });
    await board.until(({ runs }) => runs.length === 0);
    await expect.poll(() => events.join("")).toMatch(/event: removed\ndata: \{"id":"a"\}/);
    expect(events.join("")).toMatch(/event: run\ndata: \{"id":"a"/);
    abort.abort();
    await reading;
  });

  test("a half-written last line waits for its end", async () => {
    const folder = writeRun(root(), "a", { epochs: 1 });
    writeFileSync(join(folder, "run.lock"), lockText());
    const line = epochLine(2, { note: "ü" });
    appendFileSync(join(folder, "metrics.jsonl"), line.slice(0, 40));
    const board = await start();
    expect(await board.list()).toMatchObject({ runs: [{ epochsDone: 1 }], omissions: [] });
    appendFileSync(join(folder, "metrics.jsonl"), line.slice(40));
    await board.until(({ runs }) => runs[0].epochsDone === 2);
  });

  test("a log that was made to fit a checkpoint is read anew", async () => {
    const folder = writeRun(root(), "a", { epochs: 3 });
    const board = await start();
    writeFileSync(join(folder, "new"), epochLine(1, { valLoss: 7 }) + epochLine(2, { valLoss: 8 }));
    renameSync(join(folder, "new"), join(folder, "metrics.jsonl"));
    await board.until(({ runs }) => runs[0].epochsDone === 2 && runs[0].metrics.valLoss.last === 8);
    expect((await board.get<SeriesAnswer>("series?run=a&tag=valLoss&x=epoch")).body.series[0].y).toEqual([7, 8]);
  });

  test("event files go on, and a resumed training makes void what it repeats", async () => {
    const folder = writeRun(root(), "a", { record: { config: {} } });
    writeFileSync(join(folder, "run.lock"), lockText());
    const steps = join(folder, "events", "steps");
    const first = new EventWriter(steps, { wallTime: 100 });
    for (let step = 1; step <= 10; step++) first.addScalar("step/loss", step, step);
    await first.close();
    const board = await start();
    const losses = async () => (await board.get<SeriesAnswer>("series?run=a&tag=step%2Floss&x=step")).body.series[0].y;
    expect(await losses()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const second = new EventWriter(steps, { wallTime: 200, purgeStep: 6 });
    for (let step = 6; step <= 8; step++) second.addScalar("step/loss", 10 * step, step);
    await expect.poll(losses, { timeout: 5000 }).toEqual([1, 2, 3, 4, 5, 60, 70, 80]);
    second.addScalar("step/loss", 90, 9);
    await expect.poll(losses, { timeout: 5000 }).toEqual([1, 2, 3, 4, 5, 60, 70, 80, 90]);
    await second.close();
  });
});

describe("states", () => {
  const cases: readonly [name: string, files: Readonly<Record<string, string>>, epochs: number, state: string][] = [
    ["all epochs done", { "run.json": runJson() }, 3, "finished"],
    ["its process is gone", { "run.json": runJson(), "run.lock": JSON.stringify({ pid: 2 ** 30, host: "", started: "" }).replace('""', JSON.stringify(JSON.parse(lockText()).host)) }, 2, "interrupted"],
    ["a living process", { "run.json": runJson({ status: { state: "running", reason: null } }), "run.lock": lockText() }, 2, "running"],
    ["another machine that wrote just now", { "run.json": runJson(), "run.lock": lockText("elsewhere") }, 2, "running"],
    ["killed while it ran", { "run.json": runJson({ status: { state: "running", reason: null } }) }, 2, "interrupted"],
    ["failed", { "run.json": runJson({ status: { state: "failed", reason: "the loss is NaN" } }) }, 2, "failed"],
    ["stopped", { "run.json": runJson({ status: { state: "stopped", reason: null } }) }, 2, "stopped"],
    ["a lock that is none", { "run.json": runJson(), "run.lock": "?" }, 2, "interrupted"],
    ["a record that cannot be read", { "run.json": "{" }, 3, "finished"],
    ["a living process whose record cannot be read", { "run.json": "{", "run.lock": lockText() }, 3, "running"],
  ];
  test("follow from lock, status and epochs", async () => {
    for (const [name, files, epochs] of cases) {
      const folder = writeRun(root(), name, { epochs });
      for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    }
    const board = await start();
    const { runs } = await board.list();
    expect(Object.fromEntries(runs.map(({ name, state }) => [name, state]))).toEqual(Object.fromEntries(cases.map(([name, , , state]) => [name, state])));
    expect(runs.find(({ state }) => state === "failed")?.reason).toBe("the loss is NaN");
    expect(runs.find(({ name }) => name === "a record that cannot be read")?.reason).toBe("There is no run.json that can be read, which would say what was asked for and how it ended.");
    expect(runs.find(({ name }) => name === "all epochs done")?.reason).toBeNull();
  });
});

describe("faults: what can be read is shown, and what was left out is named", () => {
  test("a log with damaged lines, and one cut in its last", async () => {
    const folder = writeRun(root(), "a", { epochs: 1 });
    appendFileSync(join(folder, "metrics.jsonl"), `{"epoch":\n[1]\n\u0000\u0001\n"x"\n${epochLine(2)}{"epoch":"3"}\n${epochLine(4).slice(0, 30)}`);
    const board = await start();
    expect(await board.list()).toMatchObject({
      runs: [{ epochsDone: 2 }],
      omissions: [{ path: "a/metrics.jsonl", reason: "5 lines, the first 2, are no records and left out; its last line is half-written and left out." }],
    });
  });

  test("two programs that write one log at once", async () => {
    const folder = writeRun(root(), "a", { epochs: 0 });
    writeFileSync(join(folder, "metrics.jsonl"), [1, 1, 2, 2, 3, 2, 3].map((epoch, i) => epochLine(epoch, { valLoss: i })).join(""));
    const board = await start();
    expect((await board.get<SeriesAnswer>("series?run=a&tag=valLoss&x=epoch")).body.series[0]).toMatchObject({ x: [1, 2, 3], y: [1, 5, 6] });
    expect((await board.list()).omissions).toEqual([{ path: "a/metrics.jsonl", reason: expect.stringMatching(/^4 epochs are there more than once/) }]);
  });

  test("two programs that write events of one run at once", async () => {
    const writers = [new EventWriter(join(root(), "a"), { wallTime: 1 }), new EventWriter(join(root(), "a"), { wallTime: 1 })];
    for (let step = 0; step < 4; step++) writers.forEach((writer, i) => writer.addScalar("loss", 10 * i + step, step));
    for (const writer of writers) await writer.close();
    const board = await start();
    expect((await board.get<SeriesAnswer>("series?run=a&tag=loss")).body.series[0]).toMatchObject({ x: [0, 1, 2, 3], y: [10, 11, 12, 13] });
    expect((await board.list()).omissions).toEqual([{ path: "a/loss", reason: expect.stringMatching(/^4 of its steps are there more than once/) }]);
  });

  test("event files that are cut or damaged, and records that are no events", async () => {
    const paths: string[] = [];
    for (const name of ["cut", "flipped", "whole"]) {
      const writer = new EventWriter(join(root(), name), { wallTime: 1 });
      for (let step = 0; step < 5; step++) writer.addScalar("loss", step, step, { wallTime: 100 + step });
      await writer.close();
      paths.push(writer.path);
    }
    const size = readFileSync(paths[0]).length;
    truncateSync(paths[0], size - 5);
    const bytes = readFileSync(paths[1]);
    bytes[size - 60] ^= 4;
    writeFileSync(paths[1], bytes);
    const board = await start();
    const answer = (await board.get<SeriesAnswer>("series?run=cut&run=flipped&run=whole&tag=loss")).body.series;
    expect(answer.map(({ run, y }) => [run, y.length >= 3 && y.length])).toEqual([["cut", 4], ["flipped", expect.any(Number)], ["whole", 5]]);
    expect((await board.list()).omissions).toEqual([{ path: expect.stringMatching(/^flipped\/events\.out/), reason: expect.stringMatching(/^is damaged at byte \d+: the check sum/) }]);
  });

  test("files that are not what they are named", async () => {
    for (const name of ["record", "notes", "model", "predictions", "inspection", "folder"]) writeRun(root(), name);
    writeFileSync(join(root(), "record", "run.json"), "{");
    writeFileSync(join(root(), "notes", "board.json"), "[1");
    writeFileSync(join(root(), "model", "model.json"), '{"format":1,"inputShape":[1],"root":{"children":{}},"edges":[]}');
    writeFileSync(join(root(), "predictions", "predictions.safetensors"), "abc");
    writeFileSync(join(root(), "inspection", "inspection.json"), '{"format":2}');
    rmSync(join(root(), "folder", "metrics.jsonl"));
    mkdirSync(join(root(), "folder", "metrics.jsonl"));
    const board = await start();
    const { runs, omissions } = await board.list();
    expect(runs).toHaveLength(6);
    expect(omissions.map(({ path }) => path).sort()).toEqual(["folder/metrics.jsonl", "notes/board.json", "record/run.json"]);
    for (const name of ["model", "predictions", "inspection"]) expect(await board.get(`runs/${name}/${name}`)).toMatchObject({ status: 422, body: { error: expect.stringMatching(new RegExp(`^${name}: ${name}\\.(json|safetensors) `)) } });
    expect(board.faults).toEqual([]);
  });

  test("predictions of very many classes, as of a vocabulary, and of more than any has", async () => {
    const write = (name: string, classes: number, probable: readonly number[]): void => {
      const samples = probable.length;
      const probabilities = new Float32Array(samples * classes);
      for (const [n, k] of probable.entries()) probabilities[n * classes + k] = 1;
      const tensors = new Map<string, HostTensor>([
        ["labels", { dtype: "int32", shape: [samples], data: new Int32Array(samples).fill(7) }],
        ["indices", { dtype: "int32", shape: [samples], data: Int32Array.from(probable.keys()) }],
        ["probabilities", { dtype: "float32", shape: [samples, classes], data: probabilities }],
      ]);
      writeRun(root(), name);
      writeFileSync(join(root(), name, "predictions.safetensors"), encodeSafetensors(tensors, { format: "1" }));
    };
    write("words", 50_000, [7, 40_000, 40_000]);
    write("more", 200_000, [7]);
    const board = await start();
    const { status, body } = await board.get<PredictionsOverview>("runs/words/predictions");
    expect([status, body.confusion, body.confused, body.classes.length]).toEqual([200, null, [[7, 7, 1], [7, 40_000, 2]], 50_000]);
    expect(body.classes[7]).toMatchObject({ name: "7", count: 3, precision: 1, recall: 1 / 3 });
    const { items } = (await board.get<PredictionPage>("runs/words/predictions/items?which=wrong")).body;
    expect(items[0].top.map(({ label }) => label)).toEqual([40_000, 0, 1, 2, 3]);
    expect(await board.get("runs/more/predictions")).toMatchObject({ status: 422, body: { error: "more: predictions.safetensors is of 200000 classes; the board shows predictions of up to 131072." } });
    expect((await board.get("runs/more")).status).toBe(200);
    expect((await fetch(`${board.url}api/runs/words/export.html`)).status).toBe(200);
    expect(board.faults).toEqual([]);
  });

  test("a folder that is no run, an empty one, and files between the runs", async () => {
    mkdirSync(join(root(), "photos", "deep"), { recursive: true });
    mkdirSync(join(root(), "empty"));
    writeFileSync(join(root(), "photos", "deep", "a.png"), "x");
    writeFileSync(join(root(), "readme.txt"), "x");
    writeRun(root(), "photos/run");
    const board = await start();
    expect(await board.list()).toMatchObject({ runs: [{ id: "photos/run" }], omissions: [] });
  });

  test.skipIf(process.platform === "win32")("names that are odd", async () => {
    const names = ["a b", "ü", "数字", "100 %", "a%2Fb", "a+b", "#1", "q?x=1", "a&b", "back\\slash", "..x", "__proto__", "constructor", "new\nline", "'\"<b>", "a".repeat(200)];
    for (const name of names) writeRun(root(), name);
    const board = await start();
    expect((await board.list()).runs.map((run) => run.id).sort()).toEqual([...names].sort());
    for (const name of names) {
      const { status, body } = await board.get<RunDetail>(`runs/${id(name)}`);
      expect([name, status, body.summary?.name]).toEqual([name, 200, name]);
      expect((await board.get<SeriesAnswer>(`series?run=${id(name)}&tag=valLoss`)).body.series).toHaveLength(1);
    }
  });

  test.skipIf(process.platform !== "linux")("a name that is no text", async () => {
    writeRun(root(), "a");
    mkdirSync(Buffer.concat([Buffer.from(join(root(), "b")), Buffer.of(0xff)]));
    const board = await start();
    expect(await board.list()).toMatchObject({ runs: [{ id: "a" }], omissions: [{ path: "b\ufffd", reason: expect.stringMatching(/name that is no text/) }] });
  });

  test("keys that objects have by themselves", async () => {
    const folder = writeRun(root(), "a", { epochs: 0, record: { config: JSON.parse('{"__proto__":{"x":1},"constructor":"c","epochs":1}') as object } });
    writeFileSync(join(folder, "metrics.jsonl"), `{"epoch":1,"__proto__":{"polluted":1},"constructor":2,"valLoss":1,"toString":3}\n`);
    const board = await start();
    expect((await board.run("a"))?.config).toMatchObject({ constructor: "c" });
    expect((await board.get<SeriesAnswer>("series?run=a&tag=__proto__&tag=constructor&tag=hasOwnProperty&tag=toString")).body.series.map(({ tag }) => tag)).toEqual(["constructor", "toString"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("links that leave the folder are named and not followed", async () => {
    const outside = join(root(), "..", "secret");
    writeRun(join(root(), ".."), "secret");
    const folder = writeRun(root(), "a");
    symlinkSync(outside, join(root(), "linked"));
    symlinkSync(join(root(), "a"), join(root(), "inside"));
    symlinkSync(join(root(), "."), join(root(), "a", "loop"));
    const divert = (name: string, files: readonly string[]): void => {
      for (const file of files) {
        rmSync(join(root(), name, file), { force: true });
        symlinkSync(join(outside, file === "model.json" ? "run.json" : file), join(root(), name, file));
      }
    };
    divert("a", ["metrics.jsonl", "model.json"]);
    // A folder with nothing of its own is no run.
    writeRun(root(), "b");
    divert("b", ["run.json", "metrics.jsonl"]);
    // A link within the folder is as good as a file.
    mkdirSync(join(root(), "c"));
    symlinkSync(join(folder, "run.json"), join(root(), "c", "run.json"));
    const board = await start();
    const { runs, omissions } = await board.list();
    expect(runs.map((run) => run.id).sort()).toEqual(["a", "c"]);
    expect(runs.find((run) => run.id === "a")).toMatchObject({ epochsDone: 0, state: "interrupted", config: { lr: 0.1 } });
    const reason = expect.stringMatching(/^is a link that leaves the folder/) as string;
    expect(omissions.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual(["a/metrics.jsonl", "a/model.json", "b/metrics.jsonl", "b/run.json", "linked"].map((path) => ({ path, reason })));
    expect(await board.get("runs/a/model")).toMatchObject({ status: 422, body: { error: expect.stringMatching(/link that leaves/) } });
    for (const id of ["b", "linked"]) expect((await board.get(`runs/${id}`)).status).toBe(404);
    // It becomes one as soon as there is something to read.
    rmSync(join(root(), "b", "metrics.jsonl"));
    writeFileSync(join(root(), "b", "metrics.jsonl"), epochLine(1));
    await board.until((list) => list.runs.some((run) => run.id === "b" && run.epochsDone === 1));
  });

  test.skipIf(process.platform === "win32")("pipes and files without permission stop nobody", async () => {
    const folder = writeRun(root(), "a");
    const { execFileSync } = await import("node:child_process");
    rmSync(join(folder, "metrics.jsonl"));
    for (const file of ["metrics.jsonl", "run.lock", "model.json", "board.json"]) execFileSync("mkfifo", [join(folder, file)]);
    const closed = writeRun(root(), "closed");
    chmodSync(join(closed, "metrics.jsonl"), 0);
    const board = await start();
    const { runs, omissions } = await board.list();
    expect(runs).toHaveLength(2);
    expect(omissions).toContainEqual({ path: "a/metrics.jsonl", reason: "is no file." });
    if (process.getuid?.() !== 0) expect(omissions).toContainEqual({ path: "closed/metrics.jsonl", reason: "may not be read: permission is denied." });
    expect((await board.get("runs/a/model")).status).toBe(422);
  });

  test("the folder of all runs vanishes and comes back", async () => {
    writeRun(root(), "a");
    const board = await start();
    rmSync(root(), { recursive: true });
    await board.until(({ runs }) => runs.length === 0);
    writeRun(root(), "b");
    await board.until(({ runs }) => runs[0]?.id === "b");
  });
});
