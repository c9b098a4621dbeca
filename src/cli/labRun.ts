/** `nabla lab run`: runs a lab, or goes on with a run of one, and compares its results with the claims. */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { defaultBackend } from "../backend/select.js";
import { DataError, UsageError } from "../base/errors.js";
import { shellPath } from "../base/shellPath.js";
import { durationText } from "../base/unitText.js";
import { findLab, labArgument, type LabEntry, loadLab } from "../lab/catalogue.js";
import { judgedText, sourceText } from "../lab/claims.js";
import { LabStopped } from "../lab/errors.js";
import { requireNeed } from "../lab/dataFolders.js";
import type { LabDefinition, LabMode } from "../lab/lab.js";
import { writeResults } from "../lab/output.js";
import type { LabResult } from "../lab/result.js";
import { type LabPlan, runLab, seedCount } from "../lab/runLab.js";
import { requireFiles } from "../lab/settingFiles.js";
import { resolveSettings, type SettingValue } from "../lab/settings.js";
import { valueText } from "../lab/values.js";
import { RunFolder } from "../train/run.js";
import { newRunInfo } from "../train/runInfo.js";
import { failed } from "../train/runStatus.js";
import { folderOption } from "./folderOption.js";
import { type Io, printJson, printLine } from "./io.js";
import { liveLine } from "./liveLine.js";
import { explainValue, integer } from "./options.js";
import type { CommandFactory } from "./program.js";
import { displayPath } from "./runReport.js";
import { listenForStop } from "./stopSignal.js";
import { textTable } from "./textTable.js";

export const dataDirHelp = "root of the data, with a folder for each set (default: NABLA_DATA, else what nabla data prepare downloaded)";

interface RunOptions {
  readonly quick?: true;
  readonly full?: true;
  readonly dataDir?: string;
  readonly seeds?: string;
  readonly set: readonly string[];
  readonly out?: string;
  readonly resume?: string;
  readonly json?: true;
}

const examples = `
Examples:
  nabla lab run backprop
  nabla lab run two-layer --full --seeds 10
  nabla lab run two-layer --set rate=0.2 --set hidden=1,5,50
  nabla lab run --resume runs/2026-01-31-lab-two-layer-1`;

export const labRunCommand: CommandFactory = (io, exit) =>
  new Command("run")
    .description("run a lab; the report is one HTML file in the run folder")
    .usage("NAME [options]\n       nabla lab run --resume RUN")
    .argument("[name]", "a lab, or the path of its folder")
    .option("--quick", "within a minute (default)")
    .option("--full", "the real experiment")
    .option("--seeds <N>", "repeat with this many seeds")
    .option("--set <NAME=VALUE>", "replace a setting, see nabla lab show; may be given several times", (value: string, before: readonly string[]) => [...before, value], [])
    .option("--data-dir <DIR>", dataDirHelp)
    .option("--out <DIR>", "the run folder: new or empty (default: runs/DATE-lab-NAME-N)")
    .option("--resume <RUN>", "go on with a run that was stopped; besides only --data-dir and --json may be given")
    .option("--json", "print nothing but one JSON object")
    .addHelpText("after", examples)
    .action(async (name: string | undefined, options: RunOptions) => {
      const { resume, json = false } = options;
      const task = resume === undefined ? await begin(name, options) : await goOn(name, resume, options);
      exit(await run(task, json, io));
    });

/** A run that is ready to go. */
interface Task {
  readonly entry: LabEntry;
  readonly definition: LabDefinition;
  readonly plan: LabPlan;
  readonly run: RunFolder;
  readonly resumed: boolean;
}

async function begin(name: string | undefined, { quick, full, dataDir, seeds, set, out }: RunOptions): Promise<Task> {
  if (name === undefined) throw new UsageError("NAME is missing: which lab? nabla lab list shows them.");
  if (quick === true && full === true) throw new UsageError("--quick and --full exclude each other.");
  const mode: LabMode = full === true ? "full" : "quick";
  const entry = findLab(name);
  const definition = await loadLab(entry);
  const root = folderOption("--data-dir", dataDir);
  const plan: LabPlan = {
    lab: entry.name,
    mode,
    seeds: seedsOf(definition, mode, seeds, entry.name),
    settings: resolveSettings(definition.settings ?? {}, mode, new Map(set.map(assignment))),
    dataDir: root,
  };
  for (const need of entry.expected.needs) requireNeed(need, root);
  requireFiles(definition.settings ?? {}, plan.settings, root);
  const info = newRunInfo({ ...plan, folder: entry.folder }, 0);
  const folder = folderOption("--out", out);
  const run = folder === undefined ? RunFolder.createNumbered("runs", `${info.created.slice(0, 10)}-lab-${entry.name}`, info) : RunFolder.create(folder, info);
  run.updateInfo({ backend: { ...defaultBackend().info } });
  return { entry, definition, plan, run, resumed: false };
}

function assignment(text: string): [name: string, value: string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new UsageError(`--set: expected NAME=VALUE, got "${text}".`);
  return [name.trim(), value];
}

function seedsOf(definition: LabDefinition, mode: LabMode, given: string | undefined, name: string): number {
  const count = seedCount(definition, mode);
  if (given === undefined) return count ?? 1;
  if (count === undefined) throw new UsageError(`--seeds: lab ${name} draws nothing by chance; it gives the same result with every seed.`);
  const type = integer({ min: 1, max: 1000 });
  const parsed = type.schema.safeParse(given);
  if (!parsed.success) throw new UsageError(explainValue("--seeds", type, given));
  return parsed.data;
}

async function goOn(name: string | undefined, path: string, { quick, full, dataDir, seeds, set, out }: RunOptions): Promise<Task> {
  const extra = Object.entries({ quick, full, seeds, out, set: set.length === 0 ? undefined : set }).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`]));
  if (extra.length > 0) throw new UsageError(`--resume takes everything from the run; ${extra.join(", ")} cannot be given with it (only --data-dir and --json can). Start a new run to change something.`);
  const run = RunFolder.open(folderOption("--resume", path) ?? path);
  try {
    const recorded = run.info.config as Partial<LabPlan> & { readonly folder?: string; readonly training?: string };
    const where = displayPath(run.path);
    if (typeof recorded.lab !== "string") throw new DataError(`${where} is no run of a lab. It goes on with: npx nabla train --resume ${shellPath(where)}`);
    if (recorded.training !== undefined) throw new DataError(`${where} is a training within a run of lab ${recorded.lab}; resume the run itself, two folders up.`);
    if (name !== undefined && findLab(name).name !== recorded.lab) {
      throw new DataError(`${where} is a run of lab ${recorded.lab}, not of ${findLab(name).name}; nothing was changed. Go on with it by: npx nabla lab run --resume ${shellPath(where)}`);
    }
    const own = recorded.folder !== undefined && name === undefined ? recorded.folder : (name ?? recorded.lab);
    const entry = labOf(own, recorded.lab);
    const definition = await loadLab(entry);
    return { entry, definition, plan: recordedPlan(recorded, definition, run, dataDir), run, resumed: true };
  } catch (error) {
    run.close();
    throw error;
  }
}

/** By its folder; by its name where the folder is gone, as after an update. */
function labOf(folder: string, name: string): LabEntry {
  try {
    return findLab(folder);
  } catch (error) {
    if (error instanceof UsageError) return findLab(name);
    throw error;
  }
}

function recordedPlan({ lab = "", mode, seeds, settings, dataDir }: Partial<LabPlan>, definition: LabDefinition, run: RunFolder, given: string | undefined): LabPlan {
  const file = join(run.path, "run.json");
  if ((mode !== "quick" && mode !== "full") || !Number.isSafeInteger(seeds) || typeof settings !== "object" || settings === null) {
    throw new DataError(`${file} is damaged: it lacks mode, seeds or settings of a lab. Start a new run.`);
  }
  let values: Record<string, SettingValue>;
  try {
    values = resolveSettings(definition.settings ?? {}, mode, new Map(Object.entries(settings)));
  } catch (error) {
    throw new DataError(`${file} does not fit lab ${lab} as it is now: ${error instanceof Error ? error.message : String(error)} Start a new run.`);
  }
  return { lab, mode, seeds: seeds as number, settings: values, dataDir: folderOption("--data-dir", given) ?? dataDir };
}

async function run(task: Task, json: boolean, io: Io): Promise<number> {
  const { entry, plan, run: folder, resumed } = task;
  const where = displayPath(folder.path);
  const stop = listenForStop(io);
  const live = liveLine(json ? io.stderr : io.stdout);
  if (!json) printLine(io.stdout, `${entry.title}\n${plan.mode} run, about ${durationText(entry.expected.seconds[plan.mode])}; run ${where}${resumed ? ", resumed" : ""}`);
  const partDone = (key: string, seconds: number | undefined): void => {
    live.clear();
    if (!json) printLine(io.stdout, `${key}: ${seconds === undefined ? "done before" : durationText(seconds)}`);
  };
  try {
    folder.updateInfo({ status: { state: "running", reason: null } });
    const result = await runLab({ ...task, signal: stop.signal, show: (line) => live.show(line), partDone });
    live.clear();
    const files = writeResults(result, entry, folder);
    folder.updateInfo({ status: { state: "finished", reason: null } });
    if (json) printJson(io.stdout, { ...files.record, run: folder.path, report: files.report });
    else printLine(io.stdout, endText(result, labArgument(entry), files.report, io));
    return result.judgements.some(({ verdict }) => verdict === "fails") ? 1 : 0;
  } catch (error) {
    live.clear();
    if (!(error instanceof LabStopped)) {
      const nothingKept = readdirSync(folder.path).every((file) => file === "run.json" || file === "run.lock");
      if (nothingKept && !resumed) folder.discard();
      else {
        printLine(io.stderr, `what was done is kept; once the cause is gone, go on with:\n  npx nabla lab run --resume ${shellPath(where)}`);
        folder.updateInfo({ status: failed(error) });
      }
      throw error;
    }
    folder.updateInfo({ status: { state: "stopped", reason: null } });
    printLine(io.stderr, `stopped; what was done is kept. Go on with:\n  npx nabla lab run --resume ${shellPath(where)}`);
    return stop.exitCode;
  } finally {
    stop.dispose();
    folder.close();
  }
}

function endText({ judgements, mode }: LabResult, lab: string, report: string, { stdout }: Io): string {
  const rows = judgements.map(({ claim, ours, verdict }) => [claim.text, sourceText(claim), [valueText(ours, claim.unit), judgedText(claim, mode)].join("\n").trimEnd(), verdict]);
  const notes = judgements.filter(({ verdict }) => verdict === "fails" || verdict === "differs").map(({ claim, verdict, note }) => `${verdict}: ${claim.text}: ${note}`);
  return [
    "",
    textTable(["claim", "source", "ours", "verdict"], rows, { columns: stdout.columns, flexible: 0, widest: { 1: 20, 2: 20 } }),
    ...(notes.length === 0 ? [] : ["", ...notes]),
    "",
    `report: ${displayPath(report)} (one file, opens in any browser)`,
    `change something: npx nabla lab show ${lab} lists what --set takes`,
  ].join("\n");
}
