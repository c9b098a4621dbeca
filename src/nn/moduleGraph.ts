/** The graph of a model: its modules within one another, what each costs, and how values flow between the innermost ones. */

import { type DType, dtypeBytes } from "../base/dtype.js";
import type { Shape } from "../base/shape.js";
import { order } from "../autograd/walk.js";
import { permute } from "../ops/views.js";
import type { Tensor } from "../tensor/tensor.js";
import { isCosted } from "./cost.js";
import type { AnyModule } from "./module.js";
import { type ModuleRun, observe } from "./observe.js";

/** A module, with those inside it. Numbers are for one sample, and of a module with children their sum. */
export interface ModuleNode {
  /** Path in the model, such as "features.3"; "" for the model itself. */
  readonly path: string;
  /** Its class, such as "Conv2d". */
  readonly type: string;
  /** With its options, such as "Conv2d(3, 32, kernel=5)". */
  readonly text: string;
  /** Of the first tensor, without the batch axis, when it first ran; null where it did not run. */
  readonly inputShape: Shape | null;
  readonly outputShape: Shape | null;
  /** Those that no module before has brought. */
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly outputBytes: number;
  readonly receptiveField: readonly number[] | null;
  readonly children: readonly ModuleNode[];
}

export interface ModuleGraph {
  /** Of one sample. */
  readonly inputShape: Shape;
  readonly root: ModuleNode;
  /**
   * From which module without children to which others values flow; "input" and "output" are the ends. A module with children is at the end of an
   * edge where it computes its result itself, such as the sum of a residual block.
   */
  readonly edges: readonly (readonly [from: string, to: string])[];
}

/** What is known of a module from its runs. */
interface Seen {
  readonly inputShape: Shape | null;
  readonly outputShape: Shape;
  multiplyAdds: number;
  readonly outputBytes: number;
  receptiveField: readonly number[] | null;
}

/**
 * @param inputShape shape of one sample, without the batch axis
 * @throws ShapeError when the model does not take such an input
 */
export function moduleGraph(model: AnyModule, inputShape: Shape, options: { readonly dtype?: DType } = {}): ModuleGraph {
  const seen = new Map<AnyModule, Seen>();
  const flow = new Flow();
  observe(model, {
    caller: "moduleGraph",
    shapes: [inputShape],
    dtype: options.dtype,
    begin: (inputs) => flow.begin(inputs),
    visit(run, fields) {
      const { module, inputs, outputs } = run;
      const known = seen.get(module) ?? {
        inputShape: inputs.length === 0 ? null : inputs[0].shape.slice(1),
        outputShape: outputs[0].shape.slice(1),
        multiplyAdds: 0,
        outputBytes: outputs.reduce((sum, t) => sum + t.size * dtypeBytes[t.dtype], 0),
        receptiveField: fields.sizeOf(outputs[0]),
      };
      if (isCosted(module)) known.multiplyAdds += module.multiplyAdds(inputs.map((t) => t.shape), outputs.map((t) => t.shape));
      seen.set(module, known);
      return isInnermost(module) ? flow.through(run) : flow.around(run);
    },
    end(outputs, fields) {
      flow.end(outputs);
      if (!fields.meaningful) for (const known of seen.values()) known.receptiveField = null;
    },
  });
  return { inputShape, root: treeOf(model, seen), edges: flow.edges };
}

const isInnermost = (module: AnyModule): boolean => module.children().next().done === true;

/** Ways of values between modules, followed along the tape from what went into a module to the nearest that came out of others. */
class Flow {
  readonly #makers = new Map<Tensor, string>();
  readonly #known = new Set<string>();
  readonly edges: [from: string, to: string][] = [];

  begin(inputs: readonly Tensor[]): void {
    for (const t of inputs) this.#makers.set(t, "input");
  }

  /** A module that passes its input on gives another view of it, so that what goes around the module can be told from what goes through. */
  through({ path, inputs, outputs }: ModuleRun): Tensor | void {
    for (const t of inputs) this.#lead(t, path);
    if (outputs.length === 1 && inputs.includes(outputs[0])) {
      const same = permute(outputs[0], outputs[0].shape.map((_, axis) => axis));
      this.#makers.set(same, path);
      return same;
    }
    for (const t of outputs) this.#makers.set(t, path);
  }

  around({ path, inputs, outputs }: ModuleRun): void {
    for (const t of outputs) {
      if (path === "" || inputs.includes(t) || this.#makers.has(t)) continue;
      this.#lead(t, path);
      this.#makers.set(t, path);
    }
  }

  end(outputs: readonly Tensor[]): void {
    for (const t of outputs) this.#lead(t, "output");
  }

  #lead(t: Tensor, to: string): void {
    const add = (reached: Tensor): void => {
      const from = this.#makers.get(reached);
      const key = `${from}\n${to}`;
      if (from === undefined || this.#known.has(key)) return;
      this.#known.add(key);
      this.edges.push([from, to]);
    };
    add(t);
    for (const { inputs } of order(t, this.#makers)) inputs?.forEach(add);
  }
}

function treeOf(model: AnyModule, seen: ReadonlyMap<AnyModule, Seen>): ModuleNode {
  const paths = new Map(Array.from(model.namedModules(), ([path, module]) => [module, path]));
  const counted = new Set<Tensor>();
  const node = (module: AnyModule, path: string): ModuleNode => {
    const known = seen.get(module);
    const own = Array.from(module.ownParameters(), ([, t]) => t).filter((t) => !counted.has(t));
    for (const t of own) counted.add(t);
    // A module that stands in two places is shown at the first.
    const inside = Array.from(module.children(), ([name, child]) => ({ child, at: path === "" ? name : `${path}.${name}` }));
    const children = inside.filter(({ child, at }) => paths.get(child) === at).map(({ child, at }) => node(child, at));
    const total = (of: (child: ModuleNode) => number): number => children.reduce((sum, child) => sum + of(child), 0);
    return {
      path,
      type: module.constructor.name,
      text: module.describe(),
      inputShape: known?.inputShape ?? null,
      outputShape: known?.outputShape ?? null,
      parameters: own.reduce((sum, t) => sum + t.size, 0) + total((child) => child.parameters),
      multiplyAdds: (known?.multiplyAdds ?? 0) + total((child) => child.multiplyAdds),
      outputBytes: children.length === 0 ? (known?.outputBytes ?? 0) : total((child) => child.outputBytes),
      receptiveField: known?.receptiveField ?? null,
      children,
    };
  };
  return node(model, "");
}
