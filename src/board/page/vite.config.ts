/** Builds the page of the board to dist/board/page. */

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** Layers of the playground draw their weights from streams that have their names. */
const output = { keepNames: true };

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es", rolldownOptions: { output } },
  build: { outDir: "../../../dist/board/page", emptyOutDir: true, target: "es2023", assetsInlineLimit: 0, chunkSizeWarningLimit: 1000, rolldownOptions: { output } },
});
