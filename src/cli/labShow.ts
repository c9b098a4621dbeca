/** `nabla lab show`: the text of a lab, its settings and its claims. */

import { Command } from "commander";
import { durationText } from "../base/unitText.js";
import { type LabEntry, findLab, labArgument, loadLab } from "../lab/catalogue.js";
import { sourceText } from "../lab/claims.js";
import { labModes } from "../lab/lab.js";
import { seedCount } from "../lab/runLab.js";
import { describeSettings, settingText } from "../lab/settings.js";
import { valueText } from "../lab/values.js";
import { printJson, printLine } from "./io.js";
import type { CommandFactory } from "./program.js";
import { textTable } from "./textTable.js";

export const labShowCommand: CommandFactory = ({ stdout }) =>
  new Command("show")
    .description("the text of a lab, what can be set, and what it claims")
    .argument("<name>", "a lab, or the path of its folder")
    .option("--json", "print one JSON object")
    .action(async (name: string, { json }: { json?: true }) => {
      const entry = findLab(name);
      const definition = await loadLab(entry);
      const settings = describeSettings(definition.settings ?? {});
      const seeds = Object.fromEntries(labModes.map((mode) => [mode, seedCount(definition, mode) ?? 1]));
      if (json === true) printJson(stdout, { ...entry, settings, seeds });
      else printLine(stdout, [entry.readme.trim(), ...settingLines(settings), ...claimLines(entry, stdout.columns), ...runLines(entry)].join("\n"));
    });

function settingLines(settings: ReturnType<typeof describeSettings>): string[] {
  if (settings.length === 0) return [];
  const rows = settings.map(({ name, quick, full, about, expected }) => [name, settingText(quick), settingText(full), about === "" ? expected : `${about}: ${expected}`]);
  return ["\n## Settings\n", textTable(["--set", "quick", "full", "takes"], rows, { flexible: 3 })];
}

function claimLines({ expected: { claims } }: LabEntry, columns: number | undefined): string[] {
  const rows = claims.map((claim) => [claim.text, sourceText(claim), claim.differs === undefined ? "" : valueText(claim.differs.ours, claim.unit)]);
  const differing = rows.some((row) => row[2] !== "");
  const head = ["claim", "source", ...(differing ? ["we found"] : [])];
  return ["\n## Claims\n", textTable(head, rows.map((row) => row.slice(0, head.length)), { columns, flexible: 0, widest: { 1: 24, 2: 24 } })];
}

function runLines(entry: LabEntry): string[] {
  const { seconds } = entry.expected;
  const command = `npx nabla lab run ${labArgument(entry)}`;
  return ["", `${command}          about ${durationText(seconds.quick)}`, `${command} --full   about ${durationText(seconds.full)}`];
}
