/**
 * Draws every kind of chart into a folder, light and dark, wide and narrow, as SVG and as PNG. Run it with
 * `node examples/plot-gallery/main.ts gallery` (Node 22.18 or later).
 */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { plot } from "nabla";
import { boundaryFrames, gallery } from "./charts.ts";

const folder = process.argv[2] ?? "gallery";
mkdirSync(folder, { recursive: true });
for (const [name, chart] of Object.entries(gallery)) {
  const [figure, narrow] = [await chart({}), await chart({ width: 340 })];
  await figure.save(join(folder, `${name}.svg`));
  for (const theme of ["light", "dark"] as const) await figure.save(join(folder, `${name}-${theme}.png`), { theme, scale: 1.5 });
  await narrow.save(join(folder, `${name}-narrow.png`), { scale: 1.5 });
}
await plot.animate(await boundaryFrames(), { frameMs: 400 }).save(join(folder, "boundary.gif"));
