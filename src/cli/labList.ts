/** `nabla lab list`: the labs that there are, each with its question, its time and the data it needs. */

import { Command } from "commander";
import { durationText } from "../base/unitText.js";
import { listLabs } from "../lab/catalogue.js";
import { needIsHere } from "../lab/dataFolders.js";
import { printJson, printLine } from "./io.js";
import { folderOption } from "./folderOption.js";
import { dataDirHelp } from "./labRun.js";
import type { CommandFactory } from "./program.js";
import { textTable } from "./textTable.js";

interface ListOptions {
  readonly dataDir?: string;
  readonly json?: true;
}

export const labListCommand: CommandFactory = ({ stdout }) =>
  new Command("list")
    .description("all labs: what each asks, and how long it takes")
    .option("--data-dir <DIR>", dataDirHelp)
    .option("--json", 'print one JSON object, { "labs": […] }')
    .action(({ dataDir, json }: ListOptions) => {
      const root = folderOption("--data-dir", dataDir);
      const labs = listLabs().map(({ name, title, question, folder, expected: { seconds, needs, claims } }) => ({
        name,
        title,
        question,
        seconds,
        claims: claims.length,
        needs,
        missing: needs.filter((need) => !needIsHere(need, root)),
        folder,
      }));
      if (json === true) return printJson(stdout, { labs });
      const rows = labs.map(({ name, question, seconds, needs, missing }) => [
        name,
        question,
        durationText(seconds.quick),
        durationText(seconds.full),
        needs.map((need) => (missing.includes(need) ? `${need} (missing)` : need)).join(", "),
      ]);
      printLine(stdout, textTable(["lab", "question", "quick", "full", "data"], rows, { columns: stdout.columns, flexible: 1, widest: { 4: 18 }, right: [2, 3] }));
      if (labs.some(({ missing }) => missing.length > 0)) {
        printLine(stdout, "\nWhat is missing: nabla data prepare NAME downloads a data set; --data-dir DIR, or NABLA_DATA=DIR, takes folders that you have.");
      }
      printLine(stdout, "\nnabla lab show NAME tells about one, nabla lab run NAME runs it; --full does the real experiment.");
    });
