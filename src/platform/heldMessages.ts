/**
 * Messages to a worker are lost while its first module waits: its `onmessage` is not set yet, and nobody else listens. They are held
 * back until it is, so that a worker that uses the library reads like any other.
 */

/** Holds the messages that come to this thread from now on, if it is a worker. @returns what delivers them, in order, in the next turn of the event loop. */
export function holdMessages(): () => void {
  if (!("WorkerGlobalScope" in globalThis)) return () => {};
  const held: MessageEvent[] = [];
  const hold = (event: MessageEvent): void => {
    event.stopImmediatePropagation();
    held.push(event);
  };
  // Before handlers that are there already, where the library is loaded later.
  globalThis.addEventListener("message", hold, { capture: true });
  return () =>
    void setTimeout(() => {
      globalThis.removeEventListener("message", hold, { capture: true });
      for (const { data, ports } of held) globalThis.dispatchEvent(new MessageEvent("message", { data, ports: [...ports] }));
    });
}
