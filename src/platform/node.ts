/** Node: what the rooms below leave to the runtime. Entry points import it first. */

import { availableParallelism } from "node:os";
import { join } from "node:path";
import { loadNative } from "../backend/cpu/native.js";
import { loadWasmEngine } from "../backend/cpu/wasmNode.js";
import { provideEngines } from "../backend/select.js";
import { atomicWriteAsync } from "../base/atomicWrite.js";
import { Prefetcher } from "../data/prefetcher.js";
import { providePrefetching } from "../data/prefetchPass.js";
import { providePlotRuntime } from "../plot/runtime.js";
import { readMetricsLog } from "../train/metricsLog.js";
import { measuredIn } from "../train/recorder.js";

provideEngines({ native: () => loadNative(), wasm: () => loadWasmEngine(), preferred: () => process.env.NABLA_BACKEND });
providePrefetching({ cores: availableParallelism(), start: Prefetcher.start });
providePlotRuntime({
  // What draws pixels is loaded with the first picture.
  png: async (figure, options) => (await import("../plot/raster.js")).pngOf(figure, options),
  gif: async (pictures, delayMs, loops) => (await import("../plot/raster.js")).gifOf(pictures, delayMs, loops),
  write: atomicWriteAsync,
  records: (folder) => readMetricsLog(join(folder, "metrics.jsonl")).map(measuredIn),
});
