/**
 * Browsers: what the rooms below leave to the runtime. Operations are synchronous, so the kernels are compiled before the first module
 * that makes tensors runs: by the `await` here.
 */

import { fetchWasmEngine } from "../backend/cpu/wasmBrowser.js";
import { provideEngines } from "../backend/select.js";
import { holdMessages } from "./heldMessages.js";

const deliverMessages = holdMessages();
const wasm = await fetchWasmEngine();
deliverMessages();
provideEngines({
  native: () => ({ engine: null, reason: "The native kernels run in Node; in a browser use wasm." }),
  wasm: () => wasm,
  preferred: () => undefined,
});
