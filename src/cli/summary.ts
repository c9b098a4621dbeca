/** `nabla summary`: what a model costs, layer by layer. */

import { Command } from "commander";
import { UsageError } from "../base/errors.js";
import { formatSummary, summary } from "../nn/summary.js";
import { buildModel } from "./assemble.js";
import { resolveConfig } from "./config.js";
import { printJson, printLine } from "./io.js";
import { explainValue, integer, type OptionType, sizes } from "./options.js";
import type { CommandFactory } from "./program.js";
import { addConfigOptions, givenOptions } from "./configOptions.js";

const inputType = sizes(3);
const classesType = integer({ min: 1 });

export const summaryCommand: CommandFactory = (io) => {
  const command = new Command()
    .description("Prints output shape, parameters, multiply-adds, memory and receptive field of each layer, for one image.")
    .usage("MODEL [options]")
    .argument("<model>", "convnet or mlp")
    .option("--input <C,H,W>", "channels, height and width of the images", "3,32,32")
    .option("--classes <N>", "number of classes", "10")
    .option("--json", "print one JSON object");
  addConfigOptions(command, (name) => name.startsWith("model."));
  return command.action((model: string) => {
    const given = givenOptions(command);
    const json = given.delete("json");
    const input = parse("--input", inputType, given.get("input"));
    const classes = parse("--classes", classesType, given.get("classes"));
    given.delete("input");
    given.delete("classes");
    const config = resolveConfig(given.set("model", model));
    const [channels, height, width] = input;
    const result = summary(buildModel(config, { input: [channels, height, width], classes }), input);
    if (json) printJson(io.stdout, result);
    else printLine(io.stdout, formatSummary(result));
  });
};

function parse<T>(name: string, type: OptionType<T>, value: unknown): T {
  const parsed = type.schema.safeParse(value);
  if (!parsed.success) throw new UsageError(explainValue(name, type, value));
  return parsed.data;
}
