import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { holdMessages } from "./heldMessages.js";

let scope: EventTarget;

beforeEach(() => {
  scope = new EventTarget();
  vi.stubGlobal("WorkerGlobalScope", EventTarget);
  for (const method of ["addEventListener", "removeEventListener", "dispatchEvent"] as const) vi.stubGlobal(method, scope[method].bind(scope));
});
afterEach(() => void vi.unstubAllGlobals());

const send = (data: unknown): boolean => scope.dispatchEvent(new MessageEvent("message", { data }));
const turn = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve));

/** What a handler gets. */
function listen(): unknown[] {
  const seen: unknown[] = [];
  scope.addEventListener("message", (event) => seen.push((event as MessageEvent).data));
  return seen;
}

test("messages wait until they are delivered, in order, and later ones come at once", async () => {
  const deliver = holdMessages();
  send(1);
  send(2);
  const seen = listen();
  deliver();
  send(3);
  expect(seen).toEqual([]);
  await turn();
  expect(seen).toEqual([1, 2, 3]);
  send(4);
  expect(seen).toEqual([1, 2, 3, 4]);
});

test("a page, and Node, hold nothing", () => {
  vi.stubGlobal("WorkerGlobalScope", undefined);
  Reflect.deleteProperty(globalThis, "WorkerGlobalScope");
  const seen = listen();
  holdMessages()();
  send(1);
  expect(seen).toEqual([1]);
});
