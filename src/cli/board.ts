/** `nabla board`: the dashboard, until Ctrl-C. */

import { relative, resolve } from "node:path";
import { Command } from "commander";
import { UsageError } from "../base/errors.js";
import { startBoard } from "../board/server/board.js";
import { printLine } from "./io.js";
import { explainValue, integer } from "./options.js";
import type { CommandFactory } from "./program.js";

interface BoardCommandOptions {
  readonly port?: string;
  readonly host: string;
}

const examples = `
Examples:
  nabla board                                     the runs in ./runs
  nabla board ../experiments --port 8080
  nabla board --host 0.0.0.0                      for other machines too; they need the address that is printed`;

export const boardCommand: CommandFactory = (io, exit) =>
  new Command()
    .description("Shows runs in the browser while they train: curves, mistakes, networks; the playground.")
    .usage("[RUNS_DIR] [options]")
    .argument("[runs_dir]", "folder of runs, or of event files of any program", "runs")
    .option("--port <N>", "port to listen on (default: 6007, or the next free one)")
    .option("--host <H>", "name or address to listen on; any but this machine's own makes a token necessary", "127.0.0.1")
    .addHelpText("after", examples)
    .action(async (root: string, { port, host }: BoardCommandOptions) => {
      if (root === "") throw new UsageError('RUNS_DIR: expected a folder, got "".');
      if (host.trim() === "") throw new UsageError('--host: expected a name or an address, got "".');
      const onFault = (error: unknown): void => printLine(io.stderr, `fault of the board, which goes on: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      const board = await startBoard({ root, host, port: portOf(port), onFault });
      const count = board.store.summaries().length;
      printLine(io.stdout, startText({ url: board.url, root, count, open: board.token !== null }));
      await untilStopped(onFault);
      await board.close();
      exit(0);
    });

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const type = integer({ min: 0, max: 65535 });
  const parsed = type.schema.safeParse(text);
  if (!parsed.success) throw new UsageError(explainValue("--port", type, text));
  return parsed.data;
}

function startText({ url, root, count, open }: { readonly url: string; readonly root: string; readonly count: number; readonly open: boolean }): string {
  const folder = relative("", resolve(root)) || ".";
  return [
    `nabla board  ${url}`,
    `  ${count === 0 ? "no runs yet" : count === 1 ? "1 run" : `${count} runs`} in ${folder.startsWith("..") ? resolve(root) : folder}; new ones appear by themselves`,
    ...(open ? ["  open to other machines: whoever has this address sees the runs; from elsewhere, put this machine's name for the host"] : []),
    "  Ctrl-C ends it",
  ].join("\n");
}

/** Resolves at Ctrl-C, or when the process is asked to end; a second one ends it at once. No fault ends it before. */
async function untilStopped(onFault: (error: unknown) => void): Promise<void> {
  const faults = ["uncaughtException", "unhandledRejection"] as const;
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const name of faults) process.on(name, onFault);
  await new Promise<void>((done) => {
    for (const name of signals) process.once(name, () => done());
  });
  for (const name of faults) process.off(name, onFault);
}
