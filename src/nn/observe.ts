/**
 * A model run once on zeros, in evaluation mode, to see its modules at work: what went into each and came out, and how far it looks. The tape is
 * on, so that ways between modules can be followed along it.
 */

import { type DType, isFloat } from "../base/dtype.js";
import { ShapeError } from "../base/errors.js";
import { formatShape, type Shape } from "../base/shape.js";
import { zeros } from "../ops/create.js";
import { tensorsIn } from "../tensor/nested.js";
import { step } from "../tensor/step.js";
import { withGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import type { AnyModule } from "./module.js";
import { ReceptiveFields } from "./receptiveField.js";
import { undisturbed } from "./undisturbed.js";

/** One run of a module; its tensors are alive while it is looked at. */
export interface ModuleRun {
  /** Path in the model, such as "features.3"; "" for the model itself. */
  readonly path: string;
  readonly module: AnyModule;
  /** All tensors, batch axis included; there is an output at least. */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

export interface ObserveOptions {
  readonly caller: string;
  /** Shapes of the inputs, without the batch axis. */
  readonly shapes: readonly Shape[];
  /** Type of the inputs. Default: that of the model's parameters. */
  readonly dtype?: DType;
  /** Called after each run, inner modules before those around them. What it returns, if anything, takes the place of the module's result. */
  readonly visit: (run: ModuleRun, fields: ReceptiveFields) => Tensor | void;
  /** Called before the first run. */
  readonly begin?: (inputs: readonly Tensor[]) => void;
  /** Called after the last run. */
  readonly end?: (outputs: readonly Tensor[], fields: ReceptiveFields) => void;
}

/** @throws ShapeError when the model does not take such an input. */
export function observe(model: AnyModule, { caller, shapes, dtype, visit, begin, end }: ObserveOptions): void {
  const parameters = model.parameters();
  const frozen = parameters.filter((t) => !t.requiresGrad);
  const type = dtype ?? parameters[0]?.dtype ?? "float32";
  const run = (): void => {
    const samples = shapes.map((shape) => zeros([1, ...shape], { dtype: type, requiresGrad: isFloat(type) }));
    const fields = new ReceptiveFields(samples[0]);
    begin?.(samples);
    const handles = Array.from(model.namedModules(), ([path, module]) =>
      module.registerForwardHook((_module, given, result) => {
        const [inputs, outputs] = [tensorsIn(given), tensorsIn(result)];
        if (outputs.length === 0) return undefined;
        fields.through(module, inputs, outputs);
        return visit({ path, module, inputs, outputs }, fields) ?? undefined;
      }),
    );
    try {
      const outputs = tensorsIn(model.forward(...(samples as never[])));
      end?.(outputs, fields);
    } finally {
      for (const handle of handles) handle.remove();
    }
  };
  // What frozen parameters compute of tokens would not be recorded.
  for (const t of frozen) t.requiresGrad = true;
  try {
    undisturbed(model, () => step(() => withGrad(true, run)));
  } catch (error) {
    if (error instanceof ShapeError) error.message = `${caller}: an input of ${shapes.map(formatShape).join(", ")} does not fit the model. ${error.message}`;
    throw error;
  } finally {
    for (const t of frozen) t.requiresGrad = false;
  }
}
