/** `nabla data`: where data sets come from and what is here (`list`), and fetching them (`prepare`). */

import { Command } from "commander";
import type { CommandFactory } from "./program.js";

export const dataCommand: CommandFactory = () => new Command().description("Lists data sets, or fetches one into the cache.");
