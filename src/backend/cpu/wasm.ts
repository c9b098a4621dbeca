import type { EngineResult } from "./engine.js";
export function loadWasmEngine(): EngineResult { return { engine: null, reason: "not built" }; }
