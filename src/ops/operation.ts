/**
 * The record of an operation: name, shape rule, forward, vector–Jacobian product, samples. Whatever is generic — checking
 * operands, allocating the output, recording on the tape, undoing broadcasts — happens here, once.
 */

import type { Backend, FusedKernels } from "../backend/backend.js";
import { type DType, isFloat } from "../base/dtype.js";
import { NablaError, ValueError } from "../base/errors.js";
import { isOptions, show } from "../base/options.js";
import type { Shape } from "../base/shape.js";
import { Storage } from "../tensor/storage.js";
import { type Gradient, isGradEnabled, TapeNode, type TapeOperation } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { checkTensors, noTensor } from "./checks.js";
import { zerosLike } from "./create.js";
import type { ErrorSample, InputSpec, Sample } from "./samples.js";

/** What the shape rule says of the output. Without strides it is contiguous. */
export interface OutputSpec {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly strides?: readonly number[];
}

/** What a vjp may look at: the operands, the result, the attributes, and what forward saved. */
export interface Application<A> {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly attributes: A;
  readonly saved: readonly Tensor[];
}

interface OperationBase<A> {
  readonly name: string;
  /** The fused kernel that forward calls. On a backend without it the composite is run instead. */
  readonly kernel?: keyof FusedKernels;
  /**
   * Gradients with respect to the inputs given dy, as thunks: only those somebody needs are computed. Written in
   * operations, so that gradients of gradients work. A gradient may have the broadcast shape: the engine sums it back.
   * Absent: no gradient flows.
   */
  readonly vjp?: (dy: Tensor, application: Application<A>) => readonly Gradient[];
  /** True if vjp reads no values, only shapes: operands may then be written in place before backward. */
  readonly valueFree?: boolean;
  /**
   * The same function in primitive operations: the specification of a fused operation, its test oracle, and what is
   * differentiated when a graph of the backward pass is asked for.
   */
  readonly composite?: (inputs: readonly Tensor[], attributes: A) => Tensor;
  /** Inputs that every generic test runs on: all backends agree, gradients check, composites agree. */
  readonly samples: () => readonly Sample<A>[];
  /** Bad inputs, each with a part of the message that must appear. */
  readonly errors?: () => readonly ErrorSample<A>[];
}

/** An operation that computes: the engine allocates `out` by the shape rule and forward fills it. */
export interface ComputeDefinition<A> extends OperationBase<A> {
  readonly shape: (inputs: readonly Tensor[], attributes: A) => OutputSpec;
  /** Fills `out`; may return tensors that the vjp will need. */
  readonly forward: (k: Backend, inputs: readonly Tensor[], out: Tensor, attributes: A) => readonly Tensor[] | void;
}

/** An operation that only looks at its input through other strides. */
export interface ViewDefinition<A> extends OperationBase<A> {
  readonly view: (x: Tensor, attributes: A) => Tensor;
}

/** An operation as the engine sees it: apply it, differentiate it, test it. */
export interface Operation<A> extends TapeOperation {
  readonly definition: ComputeDefinition<A> | ViewDefinition<A>;
  /** Runs it on tensors of one backend and records it if a gradient may be asked for. */
  apply(inputs: readonly Tensor[], attributes: A): Tensor;
}

/** A sample bound to its operation and attributes: all that a generic test needs. */
export interface TestCase {
  readonly inputs: readonly InputSpec[];
  readonly gradcheck: boolean;
  run(inputs: readonly Tensor[]): Tensor;
  /** The operation's definition in primitives, where it has one. */
  readonly composite?: (inputs: readonly Tensor[]) => Tensor;
}

export interface ErrorCase {
  readonly inputs: readonly InputSpec[];
  readonly message: string | RegExp;
  run(inputs: readonly Tensor[]): Tensor;
}

export interface RegisteredOperation {
  readonly name: string;
  readonly differentiable: boolean;
  cases(): TestCase[];
  errorCases(): ErrorCase[];
}

const registry = new Map<string, RegisteredOperation>();

/**
 * Every operation by name, for generic tests and documentation.
 *
 * @example
 * operations().has("conv2d")                 // → true
 * operations().get("floor")?.differentiable  // → true
 * operations().get("argmax")?.differentiable // → false
 */
export function operations(): ReadonlyMap<string, RegisteredOperation> {
  return registry;
}

export { checkTensors, noTensor };

const NOTHING: readonly Tensor[] = [];

/**
 * Makes an operation from its record; the generic tests find it by its samples. An operation with a `vjp` is differentiable.
 * @throws NablaError if an operation of that name exists.
 *
 * @example
 * const cube = defineOp({
 *   name: "cube",
 *   shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
 *   forward: (k, [x], out) => k.unary("powScalar", x, out, 3),
 *   vjp: (dy, { inputs: [x] }) => [() => dy.mul(x.square()).mul(3)],
 *   samples: () => [{ inputs: [{ shape: [2, 3] }], attributes: undefined }],
 * });
 * const x = tensor(2, { requiresGrad: true });
 * const y = cube.apply([x], undefined); // → 8
 * grad(y, [x])                          // → [12]
 */
export function defineOp<A = undefined>(definition: ComputeDefinition<A> | ViewDefinition<A>): Operation<A> {
  if (!isOptions(definition)) throw new ValueError(`defineOp: expected the record of an operation, { name, shape, … }, got ${show(definition)}.`);
  const { name, vjp, composite, kernel } = definition;
  const computes = "forward" in definition;
  if (registry.has(name)) throw new NablaError(`defineOp: an operation named ${name} exists already; choose another name.`);
  const operation: Operation<A> = {
    name,
    definition,
    valueFree: definition.valueFree === true,
    backward: (dy, node) => (dy.size === 0 && computes ? zeroGradients(node.inputs!) : vjp!(dy, node as Application<A>)),
    recompose: composite && ((node) => composite(node.inputs!, node.attributes as A)),
    apply(inputs, attributes) {
      checkOperands(name, inputs);
      let saved = NOTHING;
      let output: Tensor;
      if ("view" in definition) {
        output = definition.view(inputs[0], attributes);
      } else if (kernel !== undefined && inputs[0].backend[kernel] === undefined) {
        return fallback(operation, inputs, attributes);
      } else {
        const spec = definition.shape(inputs, attributes);
        output = allocate(inputs[0].backend, spec, name);
        const result = output.size === 0 ? undefined : definition.forward(output.backend, inputs, output, attributes);
        if (result !== undefined) saved = result;
      }
      if (vjp !== undefined && isGradEnabled() && isFloat(output.dtype)) {
        for (let i = 0; i < inputs.length; i++) {
          if (!inputs[i].requiresGrad) continue;
          output.requiresGrad = true;
          output.node = new TapeNode(operation, inputs, output, attributes, saved);
          break;
        }
      }
      return output;
    },
  };
  register(operation);
  return operation;
}

/** Of an empty output, for which forward was not called. */
function zeroGradients(inputs: readonly Tensor[]): Gradient[] {
  return inputs.map((x) => () => zerosLike(x));
}

function fallback<A>({ name, definition }: Operation<A>, inputs: readonly Tensor[], attributes: A): Tensor {
  const { composite, kernel } = definition;
  if (composite !== undefined) {
    // Bad operands get the same errors on every backend.
    if ("shape" in definition) definition.shape(inputs, attributes);
    return composite(inputs, attributes);
  }
  throw new NablaError(`${name}: backend ${inputs[0].backend.info.name} has no kernel ${kernel}; use another backend.`);
}

function register<A>(operation: Operation<A>): void {
  const { name, samples, errors, composite, vjp } = operation.definition;
  registry.set(name, {
    name,
    differentiable: vjp !== undefined,
    cases: () =>
      samples().map(({ inputs, attributes, gradcheck = true }) => ({
        inputs,
        gradcheck,
        run: (tensors) => operation.apply(tensors, attributes),
        composite: composite && ((tensors) => composite(tensors, attributes)),
      })),
    errorCases: () =>
      (errors?.() ?? []).map(({ inputs, attributes, message }) => ({
        inputs,
        message,
        run: (tensors) => operation.apply(tensors, attributes),
      })),
  });
}

/** A fresh tensor on `backend`, contents undefined; `origin` names its maker in messages. */
export function allocate(backend: Backend, spec: OutputSpec, origin: string): Tensor {
  const { shape, dtype, strides } = spec;
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  const bytes = size * (dtype === "float32" || dtype === "int32" ? 4 : dtype === "float64" ? 8 : 1);
  return new Tensor(new Storage(backend, bytes, origin), dtype, shape, strides);
}

function checkOperands(name: string, inputs: readonly Tensor[]): void {
  checkTensors(name, inputs);
  const first = inputs[0].storage;
  for (let i = 0; i < inputs.length; i++) {
    const { storage } = inputs[i];
    if (storage.released) storage.assertAlive(inputs[i].shape);
    if (storage.backend !== first.backend) {
      throw new ValueError(
        `${name}: operand 0 lives on backend ${first.backend.info.name}, operand ${i} on ${storage.backend.info.name}; ` +
          `make both on one backend.`,
      );
    }
  }
}
