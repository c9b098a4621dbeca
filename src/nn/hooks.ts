/** Hooks: functions that are called around a module's forward, whoever calls it. While a module has one, it is not fused with others. */

import type { HookHandle } from "../tensor/tensor.js";
import type { AnyModule } from "./module.js";

export type { HookHandle };

/** What a module's forward takes and gives. */
export type InputsOf<M extends AnyModule> = Parameters<M["forward"]>;
export type OutputOf<M extends AnyModule> = ReturnType<M["forward"]>;

/** Called before a module's forward; what it returns, if anything, takes the place of the inputs. */
export type ForwardPreHook<M extends AnyModule = AnyModule> = (module: M, inputs: InputsOf<M>) => InputsOf<M> | void;

/** Called after a module's forward; what it returns, if anything, takes the place of the output. */
export type ForwardHook<M extends AnyModule = AnyModule> = (module: M, inputs: InputsOf<M>, output: OutputOf<M>) => OutputOf<M> | void;

type Hook = (...values: never[]) => unknown;

interface Hooks {
  readonly before: Set<Hook>;
  readonly after: Set<Hook>;
  /** Gives the module its own forward back. */
  readonly restore: () => void;
}

const hooked = new WeakMap<AnyModule, Hooks>();

/** Whether the module has a hook, so that its forward must be called. */
export function isHooked(module: AnyModule): boolean {
  return hooked.has(module);
}

/** Adds a hook that is called before or after the module's forward, in order of registration. */
export function addHook(module: AnyModule, when: "before" | "after", hook: Hook): HookHandle {
  const hooks = hooked.get(module) ?? install(module);
  const entry: Hook = (...values) => hook(...values); // one of its own, so that a hook may be registered twice
  hooks[when].add(entry);
  return {
    remove() {
      if (!hooks[when].delete(entry) || hooks.before.size + hooks.after.size > 0) return;
      hooked.delete(module);
      hooks.restore();
    },
  };
}

/** Puts a forward that calls the hooks in front of the class's, on this one module. */
function install(module: AnyModule): Hooks {
  const own = Object.getOwnPropertyDescriptor(module, "forward");
  const { forward } = module;
  const hooks: Hooks = {
    before: new Set(),
    after: new Set(),
    restore: () => void (own === undefined ? Reflect.deleteProperty(module, "forward") : Object.defineProperty(module, "forward", own)),
  };
  const call = (hook: Hook, ...values: unknown[]): unknown => hook(...(values as never[]));
  const value = (...given: never[]): unknown => {
    let inputs = given;
    for (const hook of hooks.before) inputs = (call(hook, module, inputs) as never[] | undefined) ?? inputs;
    let output = forward.apply(module, inputs);
    for (const hook of hooks.after) output = call(hook, module, inputs, output) ?? output;
    return output;
  };
  Object.defineProperty(module, "forward", { value, configurable: true, writable: true });
  hooked.set(module, hooks);
  return hooks;
}
