/** `nabla train`: its command line. What it does is in trainRun.ts. */

import { Command } from "commander";
import { UsageError } from "../base/errors.js";
import { resolveConfig } from "./config.js";
import { addConfigOptions, givenOptions } from "./configOptions.js";
import type { CommandFactory } from "./program.js";
import { resumeRun, startRun } from "./trainRun.js";

/** What may be given beside `--resume`: where and how long to train on, not what. */
const withResume = ["epochs", "data-dir", "threads", "backend"];

const examples = `
Examples:
  nabla train convnet                                    letters in many typefaces, drawn on the spot
  nabla train convnet --data cifar10 --epochs 10         the course network on CIFAR-10
  nabla train convnet --data cifar10 --data.augment crop,flip --model.batchNorm --epochs 30
  nabla train mlp --data mnist --optimizer adam --batch 64
  nabla train --resume runs/2026-01-31-convnet-characters-1`;

export const trainCommand: CommandFactory = (io, exit) => {
  const command = new Command()
    .description("Trains a model, validates it after each epoch, and keeps everything in a run folder.")
    .usage("MODEL [options]\n       nabla train --resume RUN")
    .argument("[model]", "convnet (the course network, 3 × 32 × 32) or mlp; channels and classes follow the data");
  addConfigOptions(command, (name) => name !== "model");
  command
    .option("--out <DIR>", "the run folder: new or empty (default: runs/DATE-MODEL-DATA-N)")
    .option("--resume <RUN>", `go on with a run; besides only --${withResume.join(", --")} and --json may be given`)
    .option("--json", "print nothing but JSON lines: one for each epoch, and a last one")
    .addHelpText("after", examples);

  return command.action(async (model: string | undefined) => {
    const given = givenOptions(command);
    const json = given.delete("json");
    const out = given.get("out");
    const resume = given.get("resume");
    for (const [name, value] of Object.entries({ out, resume })) {
      if (value === "") throw new UsageError(`--${name}: expected a folder, got "".`);
    }
    if (model !== undefined) given.set("model", model);
    if (typeof resume === "string") {
      given.delete("resume");
      const extra = [...given.keys()].filter((name) => !withResume.includes(name)).map((name) => (name === "model" ? "MODEL" : `--${name}`));
      if (extra.length > 0) {
        throw new UsageError(
          `--resume takes everything from the run; ${extra.join(", ")} cannot be given with it (only --${withResume.join(", --")} and --json can). ` +
            "Start a new run to train differently.",
        );
      }
      exit(await resumeRun({ path: resume, changes: given, json, io }));
      return;
    }
    given.delete("out");
    exit(await startRun({ config: resolveConfig(given), out: typeof out === "string" ? out : undefined, json, io }));
  });
};
