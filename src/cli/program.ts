/**
 * The program `nabla`: picks the command, loads its file (and nothing else, so that start-up is fast), and turns
 * errors into one paragraph and an exit code.
 */

import { Command, CommanderError } from "commander";
import { NablaError, UsageError } from "../base/errors.js";
import { packageVersion } from "../train/runInfo.js";
import { type Io, printLine } from "./io.js";
import { didYouMean, unknownOption } from "./options.js";

/** A command: builds its parser, whose action resolves to the exit code through `exit`. */
export type CommandFactory = (io: Io, exit: (code: number) => void) => Command;

interface CommandEntry {
  readonly description: string;
  readonly load: () => Promise<CommandFactory>;
}

const commands: Readonly<Record<string, CommandEntry>> = {
  train: { description: "train a model, or go on with a run", load: async () => (await import("./train.js")).trainCommand },
  summary: { description: "layers of a model with shapes, parameters and cost", load: async () => (await import("./summary.js")).summaryCommand },
  doctor: { description: "what this machine offers, and what is missing", load: async () => (await import("./doctor.js")).doctorCommand },
  lab: { description: "run an experiment of the courses, and compare", load: async () => (await import("./lab.js")).labCommand },
  board: { description: "see runs in the browser, while they train", load: async () => (await import("./board.js")).boardCommand },
  data: { description: "list data sets, or fetch one", load: async () => (await import("./data.js")).dataCommand },
};

/**
 * Runs one command line (without `node` and the script).
 * @returns the exit code: 0 success, 1 failure, 2 a command line that cannot be understood, 130 stopped by Ctrl-C.
 */
export async function runProgram(argv: readonly string[], io: Io): Promise<number> {
  const debug = argv.includes("--debug");
  const args = argv.filter((arg) => arg !== "--debug");
  let code = 0;
  let command: Command | undefined;
  try {
    command = await selectCommand(args[0] ?? "", io, (c) => (code = c));
    await command.parseAsync(Object.hasOwn(commands, args[0] ?? "") ? args.slice(1) : args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help, --version
    if (error instanceof CommanderError && error.code === "commander.help") return 2; // a sub-command is missing; the help is printed
    printLine(io.stderr, debug && error instanceof Error ? String(error.stack) : explain(error, command));
    return error instanceof UsageError || error instanceof CommanderError ? 2 : 1;
  }
}

async function selectCommand(name: string, io: Io, exit: (code: number) => void): Promise<Command> {
  if (Object.hasOwn(commands, name)) {
    const command = (await commands[name].load())(io, exit);
    return quiet(command.name(`nabla ${name}`), io);
  }
  const program = quiet(new Command("nabla"), io)
    .description("Deep learning in TypeScript, from the chain rule to trained networks.")
    .version(packageVersion())
    .argument("[command]")
    .usage("COMMAND [options]")
    .action((given?: string) => {
      if (given === undefined) return program.help();
      throw new UsageError(`nabla ${given}: there is no such command; ${didYouMean(given, Object.keys(commands))} See nabla --help.`);
    });
  const list = Object.entries(commands).map(([command, { description }]) => `  ${command.padEnd(9)}${description}`);
  program.addHelpText("after", `\nCommands (each has --help):\n${list.join("\n")}\n\n--debug shows the stack of an error.`);
  return program;
}

/** Commander throws instead of exiting, writes to our streams, and leaves errors to `runProgram`. */
function quiet(command: Command, io: Io): Command {
  for (const inner of command.commands) quiet(inner, io);
  return command
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text), outputError: () => {} });
}

function explain(error: unknown, command: Command | undefined): string {
  if (error instanceof CommanderError) return explainParse(error, command);
  if (error instanceof NablaError) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  return `This is a fault of nabla itself: ${message}. Run again with --debug to see where, and report it.`;
}

function explainParse(error: CommanderError, command: Command | undefined): string {
  const help = `See ${command?.name() ?? "nabla"} --help.`;
  const given = error.code === "commander.unknownOption" ? /'([^']*)'/.exec(error.message)?.[1] : undefined;
  if (given === undefined) return `${error.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ").replace(/\.$/, "")}. ${help}`;
  const options = command === undefined ? [] : [command, ...command.commands].flatMap((each) => each.options);
  const known = options.flatMap(({ long, short }) => [long ?? "", short ?? ""]).filter((flag) => flag !== "");
  return `${unknownOption(given, known)} ${help}`;
}
