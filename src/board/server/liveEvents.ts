/** Live events: what changes, told to each page as server-sent events. A page that reads slowly gets only the latest of each run. */

import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { Omission, StreamEvents } from "../protocol.js";
import type { RunStore } from "./runStore.js";

/** Proxies and browsers take silence for a lost connection. */
const pulseMs = 15_000;

export function liveEvents(c: Context, store: RunStore, closing: AbortSignal): Response {
  // Nobody reads the body of the answer to HEAD, so nothing would ever end it.
  if (c.req.method === "HEAD") return new Response(null, { headers: { "Content-Type": "text/event-stream" } });
  return streamSSE(c, async (stream) => {
    /** What is still to be sent, one entry a run. */
    const waiting = new Map<string, { event: keyof StreamEvents; data: string }>();
    let wake = (): void => {};
    const put = <Name extends keyof StreamEvents>(key: string, event: Name, data: StreamEvents[Name]): void => {
      waiting.delete(key);
      waiting.set(key, { event, data: JSON.stringify(data) });
      wake();
    };
    const onRun = (run: StreamEvents["run"]): void => put(`run ${run.id}`, "run", run);
    const onRemoved = (id: string): void => put(`run ${id}`, "removed", { id });
    const onOmissions = (list: readonly Omission[]): void => put("omissions", "omissions", list);
    store.on("run", onRun).on("removed", onRemoved).on("omissions", onOmissions);
    const stop = (): void => {
      store.off("run", onRun).off("removed", onRemoved).off("omissions", onOmissions);
      wake();
    };
    stream.onAbort(stop);
    const onClosing = (): void => stream.abort();
    closing.addEventListener("abort", onClosing);
    try {
      await stream.write(": connected\n\n");
      while (!stream.aborted && !closing.aborted) {
        const [next] = waiting;
        if (next !== undefined) {
          waiting.delete(next[0]);
          await stream.writeSSE(next[1]);
          continue;
        }
        const pulse = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => resolve(true), pulseMs);
          wake = () => {
            clearTimeout(timer);
            resolve(false);
          };
        });
        if (pulse) await stream.write(": still here\n\n");
      }
    } finally {
      closing.removeEventListener("abort", onClosing);
      stop();
    }
  });
}
