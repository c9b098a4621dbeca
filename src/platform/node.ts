/** Node: what the rooms below leave to the runtime. Entry points import it first. */

import { loadNative } from "../backend/cpu/native.js";
import { loadWasmEngine } from "../backend/cpu/wasmNode.js";
import { provideEngines } from "../backend/select.js";

provideEngines({ native: () => loadNative(), wasm: () => loadWasmEngine(), preferred: () => process.env.NABLA_BACKEND });
