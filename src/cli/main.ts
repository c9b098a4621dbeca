#!/usr/bin/env node
/** The executable `nabla`. */

import "../platform/node.js";
import { runProgram } from "./program.js";

// The reader of a pipe may leave early, as in `nabla data list | head -1`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(1);
  throw error;
});

process.exitCode = await runProgram(process.argv.slice(2), process);
