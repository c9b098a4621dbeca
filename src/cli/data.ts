/** `nabla data`: where data sets come from and what is here (`list`), and fetching them (`prepare`). */

import { resolve } from "node:path";
import { Command } from "commander";
import { UsageError } from "../base/errors.js";
import { cacheFolder } from "../data/cache.js";
import { listSources, prepare, type SourceListing } from "../data/prepare.js";
import { dataNames } from "../data/sources.js";
import { type Io, printJson, printLine } from "./io.js";
import { liveLine } from "./liveLine.js";
import type { CommandFactory } from "./program.js";

interface DataOptions {
  readonly dataDir?: string;
  readonly json?: true;
}

const dataDirHelp = "where the files are: a root with a folder for each set, or the set's own folder (default: NABLA_DATA, else the cache)";

export const dataCommand: CommandFactory = (io) => {
  const command = new Command().description("Lists data sets, or fetches one into the cache.").usage("list|prepare [options]");
  command
    .command("list")
    .description("where each set comes from, and where it is on this machine")
    .option("--data-dir <DIR>", dataDirHelp)
    .option("--json", "print one JSON line for each set")
    .action(({ dataDir, json }: DataOptions) => {
      const listing = listSources({ dataDir: absolute(dataDir) });
      if (json === true) for (const source of listing) printJson(io.stdout, source);
      else printListing(listing, io);
    });
  command
    .command("prepare")
    .description("make sure that a set is here and whole; downloads the official files if need be")
    .argument("<name>", `one of ${dataNames.join(", ")}`)
    .option("--data-dir <DIR>", dataDirHelp)
    .option("--json", "print one JSON line")
    .action(async (name: string, { dataDir, json }: DataOptions) => {
      const live = liveLine(io.stderr);
      const onProgress = ({ file, received, total }: { file: string; received: number; total: number }): void =>
        live.show(`${file}  ${megabytes(received)} of ${megabytes(total)}  ${Math.floor((100 * received) / total)} %`);
      const prepared = await prepare(name, { dataDir: absolute(dataDir), onProgress }).finally(() => live.clear());
      if (json === true) printJson(io.stdout, { name, ...prepared });
      else printLine(io.stdout, `${name} is ready: ${prepared.path}${prepared.downloaded ? " (downloaded and checked)" : ""}`);
    });
  return command;
};

function absolute(path: string | undefined): string | undefined {
  if (path === "") throw new UsageError('--data-dir: expected a folder, got "".');
  return path === undefined ? undefined : resolve(path);
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function printListing(listing: readonly SourceListing[], { stdout }: Io): void {
  for (const { name, description, found, hint, bytes, urls, licence, citation } of listing) {
    printLine(stdout, `${name.padEnd(17)}${description}`);
    printLine(stdout, `${"".padEnd(17)}here:    ${found ?? `no; ${hint}`}`);
    printLine(stdout, `${"".padEnd(17)}from:    ${urls[0]}${urls.length > 1 ? ", …" : ""}${bytes > 0 ? ` (${megabytes(bytes)})` : ""}`);
    printLine(stdout, `${"".padEnd(17)}licence: ${licence}`);
    printLine(stdout, `${"".padEnd(17)}cite:    ${citation}\n`);
  }
  printLine(stdout, `cache: ${cacheFolder()}`);
}
