/** The filters of the first convolution, as one picture: each between its own least and largest weight, a pixel between them. */

import type { TypedArray } from "../base/dtype.js";
import type { Shape } from "../base/shape.js";
import { Conv2d } from "../nn/conv.js";
import type { AnyModule } from "../nn/module.js";
import { tensor } from "../ops/create.js";
import { step } from "../tensor/step.js";
import type { EventRuns } from "./eventRuns.js";
import type { Recording } from "./recording.js";

const mostFilters = 256;

export function filterRecording(model: AnyModule, events: EventRuns): Recording {
  return {
    name: "the filters",
    async epochEnd({ epoch }) {
      for (const [path, module] of model.namedModules()) {
        if (!(module instanceof Conv2d)) continue;
        const { shape } = module.weight;
        // Grey or coloured: of deeper layers nobody could see anything.
        if (shape[1] !== 1 && shape[1] !== 3) return;
        const { data, size } = gridOf(await module.weight.data(), shape);
        await step(() => events.writer("train").addImage(`filters/${path}`, tensor(data, { dtype: "uint8", shape: size }), epoch));
        return;
      }
    },
  };
}

/** weights: [K, C, h, w] → [C, H, W] */
function gridOf(weights: TypedArray, [filters, channels, height, width]: Shape): { data: Uint8Array; size: Shape } {
  const count = Math.min(filters, mostFilters);
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const size = [channels, rows * (height + 1) - 1, columns * (width + 1) - 1];
  const data = new Uint8Array(size[0] * size[1] * size[2]).fill(255);
  const each = channels * height * width;
  for (let k = 0; k < count; k++) {
    const filter = weights.subarray(k * each, (k + 1) * each);
    let [low, high] = [Infinity, -Infinity];
    for (const w of filter) [low, high] = [Math.min(low, w), Math.max(high, w)];
    const [top, left] = [Math.floor(k / columns) * (height + 1), (k % columns) * (width + 1)];
    filter.forEach((w: number, i: number) => {
      const [c, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
      data[(c * size[1] + top + y) * size[2] + left + x] = high > low ? Math.round((255 * (w - low)) / (high - low)) : 128;
    });
  }
  return { data, size };
}
