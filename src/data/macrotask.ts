/** A turn of the event loop: signals, timers, messages and finalisers run in it. */

/** Node's setImmediate waits for nothing, and neither does a message to oneself in browsers, whose timers wait for milliseconds. */
const schedule: (callback: () => void) => unknown = typeof setImmediate === "function" ? setImmediate : messageSelf;

let channel: MessageChannel | undefined;
const waiting: (() => void)[] = [];

function messageSelf(callback: () => void): void {
  if (channel === undefined) {
    channel = new MessageChannel();
    channel.port1.onmessage = () => waiting.shift()?.();
  }
  waiting.push(callback);
  channel.port2.postMessage(null);
}

export function macrotask(): Promise<void> {
  return new Promise((resolve) => void schedule(resolve));
}
