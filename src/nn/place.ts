/**
 * Place: where in a model an error came from. Every module's forward is guarded: an error that passes through it learns the path of the
 * layer that threw it, one module after the other on its way out, so that its message begins with "at features.3.conv (Conv2d)".
 */

import { NablaError } from "../base/errors.js";
import type { AnyModule } from "./module.js";

/** What an error knows of its way so far. */
interface Place {
  /** The outermost module it has passed. */
  readonly module: AnyModule;
  /** Path below that module of the innermost one; "" for itself. */
  readonly path: string;
  /** Class of the innermost module. */
  readonly layer: string;
  /** The message without the place. */
  readonly message: string;
}

const places = new WeakMap<NablaError, Place>();
const guarded = new WeakSet<object>();

/** Makes the class's `forward` note where errors come from; once for each class. */
export function guardForward(module: AnyModule): void {
  let owner = Object.getPrototypeOf(module) as AnyModule;
  while (!Object.hasOwn(owner, "forward")) {
    owner = Object.getPrototypeOf(owner) as AnyModule;
    if (owner === null) return; // a field, not a method
  }
  if (guarded.has(owner)) return;
  guarded.add(owner);
  const { forward } = owner;
  Object.defineProperty(owner, "forward", {
    value(this: AnyModule, ...inputs: never[]): unknown {
      try {
        return forward.apply(this, inputs);
      } catch (error) {
        throw placed(error, this);
      }
    },
    configurable: true,
    writable: true,
  });
}

/** The error, with the path from `module` to where it was thrown in front of its message. */
export function placed(error: unknown, module: AnyModule): unknown {
  if (!(error instanceof NablaError)) return error;
  const inner = places.get(error);
  if (inner === undefined) {
    places.set(error, { module, path: "", layer: module.constructor.name, message: error.message });
    return error;
  }
  if (inner.module === module) return error;
  for (const [name, below] of module.namedModules()) {
    if (below !== inner.module) continue;
    const path = inner.path === "" ? name : `${name}.${inner.path}`;
    error.message = `at ${path} (${inner.layer}): ${inner.message}`;
    places.set(error, { ...inner, module, path });
    break;
  }
  return error;
}
