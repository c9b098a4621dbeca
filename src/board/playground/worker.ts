/** The thread that trains: the library on its wasm backend, asked by the page. */

import { Experiment } from "./experiment.js";
import type { Request } from "./protocol.js";
import { Runner } from "./runner.js";

// Loaded late: the listener has to be there before the first request.
const library = import("./library.js").then((nabla) => {
  // The networks are small; threads would cost more than they gain.
  nabla.setThreads(1);
  return nabla;
});

const runner = new Runner({
  build: async ({ config, table }) => new Experiment(await library, config, table),
  post: (answer, transfer) => postMessage(answer, { transfer }),
});

addEventListener("message", ({ data }: MessageEvent<Request>) => void runner.handle(data));
