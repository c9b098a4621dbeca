/** A worker that loads the library with its first message, while others wait. */

globalThis.onmessage = async ({ data }: MessageEvent<number>) => {
  const { tensor } = await import("../../../src/browser.js");
  globalThis.postMessage(await tensor(data).item());
};
