import { measure } from "./task.mjs";

globalThis.onmessage = async ({ data }) => globalThis.postMessage(await measure(data));
