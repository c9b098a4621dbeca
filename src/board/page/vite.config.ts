/** Builds the page of the board to dist/board/page. */

import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/** Modules that figures load on Node alone, to write files, are empty in a page. */
const nodeOnly = /\/src\/(?:plot\/raster|base\/atomicWrite)\.ts$/;
const withoutNode: Plugin = { name: "without-node", load: (id) => (nodeOnly.test(id) ? "export {};" : null) };

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [withoutNode],
  worker: { format: "es", plugins: () => [withoutNode] },
  build: { outDir: "../../../dist/board/page", emptyOutDir: true, target: "es2023", assetsInlineLimit: 0, chunkSizeWarningLimit: 1000 },
});
