/**
 * The step scope: memory made inside goes back to the pool when it ends, except what is returned or kept.
 *
 * Garbage collection cannot do this alone: finalisers do not run inside a synchronous loop, so a training loop
 * without scopes would fill the memory long before the first of them.
 */

import { LifetimeError, ValueError } from "../base/errors.js";
import { show } from "../base/options.js";
import { type Storage, scopes } from "./storage.js";
import { Tensor } from "./tensor.js";

export interface Scope {
  readonly storages: Storage[];
  parent: Scope | null;
}

/**
 * Runs `body` and then returns to the pool all memory that was made inside, except tensors that it returns (also inside
 * arrays and plain objects), that are held as gradients, parameters, buffers or optimiser state, or that were kept with `keep()`.
 * Nested steps hand what they return to the outer one. An async `body` gives a promise; two async steps may not overlap.
 * @throws LifetimeError when another asynchronous step is under way.
 *
 * @example
 * const loss = step(() => {
 *   const loss = crossEntropy(model.forward(x), y);
 *   optimizer.zeroGrad();
 *   loss.backward();
 *   optimizer.step();
 *   return loss;
 * });
 * await loss.item() < 2 // → true
 */
export function step<T>(body: () => T): T {
  if (typeof body !== "function") throw new ValueError(`step: expected a function to run, got ${show(body)}.`);
  const scope: Scope = { storages: [], parent: scopes.current };
  scopes.current = scope;
  let result: T;
  try {
    result = body();
  } catch (error) {
    end(scope, undefined);
    throw error;
  }
  if (result instanceof Promise) {
    return result.then(
      (value) => {
        end(scope, value);
        return value;
      },
      (error) => {
        end(scope, undefined);
        throw error;
      },
    ) as T;
  }
  end(scope, result);
  return result;
}

/**
 * Makes a tensor outlive its step: it is freed when nothing refers to it any more. Returns the tensor.
 *
 * @example
 * let best = zeros([2]);
 * step(() => void (best = keep(tensor([1, 2]))));
 * best // → [1, 2]
 */
export function keep(t: Tensor): Tensor {
  if (!(t instanceof Tensor)) throw new ValueError(`keep: expected a tensor, got ${show(t)}.`);
  t.storage.keep();
  return t;
}

function end(scope: Scope, result: unknown): void {
  const overtaken = scopes.current !== scope;
  if (overtaken) unlink(scope);
  else scopes.current = scope.parent;
  if (result instanceof Tensor) escape(result, scope);
  else if (typeof result === "object" && result !== null) escapeAll(result, scope, 0);
  const { storages } = scope;
  for (let i = 0; i < storages.length; i++) {
    const storage = storages[i];
    if (storage.scope !== scope) continue; // handed to the parent
    storage.scope = null;
    if (storage.keeps === 0) storage.release();
    else if (!storage.heldByLeaf) storage.track();
  }
  for (let i = 0; i < storages.length; i++) if (storages[i].released) storages[i].releaseGradient();
  if (overtaken) {
    throw new LifetimeError(
      "step: another step began while this asynchronous one was under way, and has not ended yet. Await each step before the next one begins.",
    );
  }
}

/** Takes a scope out from under those that began after it. */
function unlink(scope: Scope): void {
  let above = scopes.current;
  while (above !== null && above.parent !== scope) above = above.parent;
  if (above !== null) above.parent = scope.parent;
}

/**
 * Hands a returned tensor to the outer step. The outermost one leaves tensors to the collector, but numbers, such as losses,
 * move to the host: a loop that never waits would otherwise pile them up.
 */
function escape(t: Tensor, scope: Scope): void {
  const { storage } = t;
  if (storage.heldByLeaf) storage.track(); // a gradient, which then outlives its leaf
  if (storage.scope !== scope || storage.keeps > 0) return;
  if (scope.parent !== null) {
    storage.scope = scope.parent;
    scope.parent.storages.push(storage);
  } else if (!t.settle()) {
    storage.scope = null;
    storage.track();
  }
}

/** Tensors in returned arrays and plain objects, four levels deep. */
function escapeAll(value: object, scope: Scope, depth: number): void {
  if (depth > 4 || ArrayBuffer.isView(value)) return;
  const items = value instanceof Map ? value.values() : Array.isArray(value) ? value : isPlain(value) ? Object.values(value) : [];
  for (const item of items) {
    if (item instanceof Tensor) escape(item, scope);
    else if (typeof item === "object" && item !== null) escapeAll(item, scope, depth + 1);
  }
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
