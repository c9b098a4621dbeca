/** `nabla lab`: experiments to rerun, change and compare with what their texts report. Each of its commands has a file. */

import { Command } from "commander";
import { labListCommand } from "./labList.js";
import { labRunCommand } from "./labRun.js";
import { labShowCommand } from "./labShow.js";
import type { CommandFactory } from "./program.js";

export const labCommand: CommandFactory = (io, exit) =>
  new Command()
    .description("Runs an experiment of the courses and compares its results with what they report.")
    .usage("list|show|run [options]")
    .addCommand(labListCommand(io, exit))
    .addCommand(labShowCommand(io, exit))
    .addCommand(labRunCommand(io, exit));
