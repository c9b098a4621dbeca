/** Tests lie beside what they test (src) and, where they cross rooms, under test/. */

import { defineConfig } from "vitest/config";

export default defineConfig({
  // Examples import the package by its name.
  resolve: { alias: { nabla: new URL("src/index.ts", import.meta.url).pathname } },
  test: {
    // Tests import single files, which leave to the runtime what src/platform says.
    setupFiles: ["src/platform/node.ts"],
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // Processes, not threads: the native addon and its thread pool belong to one process, and a crash fails one file.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
