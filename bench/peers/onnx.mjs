/**
 * onnxruntime-node as a peer for inference, where somebody has installed it (`npm i --no-save --ignore-scripts onnxruntime-node`):
 * onnx.mjs MODEL.onnx BATCH THREADS SECONDS → one JSON line.
 */

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** Whether the package can be found from here. */
export function hasOnnxRuntime() {
  try {
    createRequire(import.meta.url).resolve("onnxruntime-node");
    return true;
  } catch {
    return false;
  }
}

async function main([path, batch, threads, seconds]) {
  const { InferenceSession, Tensor } = (await import("onnxruntime-node")).default;
  const session = await InferenceSession.create(path, { intraOpNumThreads: Number(threads), interOpNumThreads: 1 });
  const x = Float32Array.from({ length: batch * 3 * 32 * 32 }, (_, i) => Math.sin(i));
  const feeds = { [session.inputNames[0]]: new Tensor("float32", x, [Number(batch), 3, 32, 32]) };
  const times = [];
  for (const begin = performance.now(); performance.now() - begin < 500 + seconds * 1000; ) {
    const before = performance.now();
    await session.run(feeds);
    if (before - begin > 500) times.push(performance.now() - before);
  }
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ msPerStep: times[times.length >> 1] }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
