/**
 * Tensor: a strided window onto a storage. It knows its shape, its type and how it came about (its node on the tape);
 * arithmetic lives in ops/, derivatives in autograd/.
 */

import { show } from "../base/options.js";
import type { Backend, View } from "../backend/backend.js";
import { type DType, dtypeBytes, hostArray, isFloat, type TypedArray } from "../base/dtype.js";
import { DTypeError, LifetimeError, NablaError, ShapeError, ValueError } from "../base/errors.js";
import { contiguousStrides, formatShape, isContiguous, sameShape, sizeOf, type Shape } from "../base/shape.js";
import { formatTensor } from "./print.js";
import { isWritten } from "./recompute.js";
import { Storage } from "./storage.js";
import type { TapeNode } from "./tape.js";

/** Nested arrays of numbers, as `array()` returns them. A 0-d tensor is a number. */
export type NestedNumbers = number | NestedNumbers[];

/**
 * Numbers of one type in a shape, on one backend. Made by `tensor()`, `zeros()` and the like, and by operations, which are methods too.
 * Shape and type never change; values do only by `copyFrom` and by optimisers. Reading values waits for the backend: `item()`, `data()`,
 * `array()` and `print()` return promises.
 *
 * @example
 * const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * const y = x.mul(x).sum(); // → 30
 * y.backward();
 * x.grad                    // → [[2, 4], [6, 8]]
 * await x.print()           // →
 * // tensor([[1.0000, 2.0000],
 * //         [3.0000, 4.0000]], [2, 2], float32)
 */
export class Tensor implements View {
  /** Type of the elements. */
  readonly dtype: DType;
  /** Size of each axis. */
  readonly shape: Shape;
  /** For each axis, how many elements of the storage lie from one position to the next. */
  readonly strides: readonly number[];
  /** Position of the first element in the storage. */
  readonly offset: number;
  /** Number of elements. */
  readonly size: number;
  /** True when the elements lie in row-major order without gaps. */
  readonly contiguous: boolean;
  /** @internal How it came about: set by the tape when a gradient may be asked for, and on leaves that require one. */
  node: TapeNode | null = null;
  private held: Storage;
  private needsGrad = false;
  private gradient: GradientSlot | null = null;
  /** @internal Who looks at its gradient; null for nearly every tensor. */
  watch: GradientWatch | null = null;
  /** The value, once a step has handed this number out and taken its memory back. */
  private scalar: number | undefined;

  /** @internal A window on `storage`; strides and offset count elements. Programs use `tensor()`, `zeros()` and the like. */
  constructor(storage: Storage, dtype: DType, shape: Shape, strides?: readonly number[], offset = 0) {
    this.held = storage;
    this.dtype = dtype;
    this.shape = shape;
    this.size = sizeOf(shape);
    this.strides = strides ?? contiguousStrides(shape);
    this.contiguous = strides === undefined || isContiguous(shape, strides);
    this.offset = offset;
  }

  /** The memory. A number that a step handed out gets memory again when an operation asks for it. */
  get storage(): Storage {
    const { held } = this;
    return held.released && this.scalar !== undefined ? this.restore(this.scalar) : held;
  }

  private restore(value: number): Storage {
    const { backend, bytes, origin } = this.held;
    this.held = new Storage(backend, bytes, origin);
    const values = hostArray(this.dtype, 1);
    values[0] = value;
    backend.write(this, values);
    return this.held;
  }

  /**
   * @internal Remembers the number in a tensor of one element on the host, so that its memory may go; false if it has more
   * elements, or reading would have to wait. For `step` alone.
   */
  settle(): boolean {
    if (this.size !== 1 || this.offset !== 0) return false;
    const values = scalarArrays[this.dtype];
    if (this.backend.read(this, values) instanceof Promise) return false;
    this.scalar = values[0];
    this.held.gradient = null; // the number lives on without this memory, and so does its gradient
    return true;
  }

  /** Where it is computed. */
  get backend(): Backend {
    return this.held.backend;
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Whether gradients flow to this tensor. Setting it makes a leaf; only float tensors can require gradients. */
  get requiresGrad(): boolean {
    return this.needsGrad;
  }

  set requiresGrad(value: boolean) {
    if (value && !isFloat(this.dtype)) {
      throw new DTypeError(
        `requiresGrad: a ${this.dtype} tensor has no gradient; only float32 and float64 do. Convert it with to("float32").`,
      );
    }
    this.needsGrad = value;
    if (!value) this.node = null;
  }

  /** The gradient that `backward()` accumulated, or null. Assigning keeps the tensor beyond its step; its shape and type must be this tensor's. */
  get grad(): Tensor | null {
    const held = this.gradient?.tensor ?? null;
    // Whoever asks may outlive this tensor: from now on the collector watches over the gradient's memory.
    if (held !== null && held.storage.scope === null) held.storage.track();
    return held;
  }

  set grad(value: Tensor | null) {
    if (this.gradient === null) {
      if (value === null) return;
      this.gradient = { tensor: null, spentAt: -1, stale: false };
      orphans.register(this, this.gradient);
    }
    const before = this.gradient.tensor;
    if (value === before) return;
    if (value !== null) {
      if (value.dtype !== this.dtype || !sameShape(value.shape, this.shape)) {
        throw new ShapeError(`grad: expected ${this.dtype} ${formatShape(this.shape)} like the tensor's own, got ${value.dtype} ${formatShape(value.shape)}.`);
      }
      value.storage.keep();
      value.storage.heldByLeaf = true;
    }
    if (before !== null) {
      before.storage.heldByLeaf = false;
      before.storage.unkeep();
    }
    this.gradient.tensor = value;
    if (this.scalar === undefined) this.held.gradient = value === null ? null : value.storage;
    this.gradient.spentAt = -1;
    this.gradient.stale = false;
  }

  /** @internal `grad` for engine and optimisers, which never keep it: costs nothing. */
  get heldGrad(): Tensor | null {
    return this.gradient === null ? null : this.gradient.tensor;
  }

  /** @internal Where the gradient is held, and whether a step used it before: for engine and optimisers. Null until there was a gradient. */
  get gradientSlot(): GradientSlot | null {
    return this.gradient;
  }

  /**
   * Calls `hook` with the complete gradient of this tensor in every later `backward` or `grad` that reaches it, once each, before the gradient
   * goes on: to `grad` of a leaf, to what the tensor was computed from otherwise. What the hook returns, if anything, replaces the
   * gradient. Hooks run in the order of their registration; `remove()` of the handle ends one.
   * @throws NablaError if the tensor requires no gradient; backward: ShapeError, ValueError if the hook returns anything but a gradient
   * of the tensor's shape and type.
   *
   * @example
   * const x = tensor([1, 2], { requiresGrad: true });
   * const h = x.mul(3);
   * const handle = h.registerHook((g) => g.mul(10));
   * h.sum().backward();
   * x.grad // → [30, 30]
   * handle.remove();
   */
  registerHook(hook: GradientHook): HookHandle {
    if (typeof hook !== "function") throw new ValueError(`registerHook: expected a function of the gradient, got ${typeof hook}.`);
    const { hooks } = this.watched("registerHook");
    const own: GradientHook = (gradient) => hook(gradient);
    hooks.push(own);
    return {
      remove: () => {
        const at = hooks.indexOf(own);
        if (at >= 0) hooks.splice(at, 1);
      },
    };
  }

  /**
   * Makes `backward` add to `grad` of this tensor although it is no leaf; returns the tensor. Does nothing for a leaf.
   * @throws NablaError if the tensor requires no gradient.
   *
   * @example
   * const x = tensor([1, 2], { requiresGrad: true });
   * const h = x.square().retainGrad();
   * h.mul(3).sum().backward();
   * h.grad // → [3, 3]
   */
  retainGrad(): this {
    this.watched("retainGrad").retained = true;
    return this;
  }

  private watched(caller: string): GradientWatch {
    if (!this.needsGrad) {
      throw new NablaError(
        `${caller}: this tensor (${this}) requires no gradient. Set requiresGrad, and check that it was not computed inside noGrad() or detached.`,
      );
    }
    return (this.watch ??= { hooks: [], retained: false });
  }

  /** The sizes as a tuple of `rank` numbers, for destructuring; throws ShapeError if the rank differs. */
  dims(rank: 1): [number];
  dims(rank: 2): [number, number];
  dims(rank: 3): [number, number, number];
  dims(rank: 4): [number, number, number, number];
  dims(rank: number): number[] {
    if (rank !== this.shape.length) {
      throw new ShapeError(`dims: expected ${rank} axes, got ${this.shape.length}: ${formatShape(this.shape)}.`);
    }
    return [...this.shape];
  }

  /**
   * Another window on the same storage, outside the tape: shape, strides and offset are taken as they are. To change the shape, use `reshape`.
   * @throws ShapeError unless the window lies inside the storage.
   */
  view(shape: Shape, strides: readonly number[], offset = this.offset): Tensor {
    this.checkWindow(shape, strides, offset);
    return new Tensor(this.storage, this.dtype, shape, strides, offset);
  }

  /** Kernels trust strides: they would read what lies beyond. */
  private checkWindow(shape: Shape, strides: readonly number[], offset: number): void {
    if (Array.isArray(shape) && Array.isArray(strides) && shape.length === strides.length) {
      let [size, first, last] = [1, offset, offset];
      for (let i = 0; i < shape.length; i++) {
        const reach = (shape[i] - 1) * strides[i];
        size *= shape[i] >= 0 ? shape[i] : NaN;
        if (reach < 0) first += reach;
        else last += reach;
      }
      if (size === 0 || (size > 0 && first >= 0 && (last + 1) * dtypeBytes[this.dtype] <= this.held.bytes)) return;
    }
    throw new ShapeError(`view: shape ${show(shape)}, strides ${show(strides)} and offset ${show(offset)} do not lie inside ${this}; to change the shape use reshape().`);
  }

  /** The same memory, cut off from the tape: gradients stop here. */
  detach(): Tensor {
    return new Tensor(this.storage, this.dtype, this.shape, this.strides, this.offset);
  }

  /**
   * The number in a tensor of one element.
   * @throws ShapeError if the tensor has more than one element.
   */
  async item(): Promise<number> {
    if (this.scalar !== undefined && this.held.released) return this.scalar;
    if (this.size !== 1) {
      throw new ShapeError(`item: expected one element, got ${formatShape(this.shape)}; use array() or data().`);
    }
    return (await this.data())[0];
  }

  /** All elements in row-major order, copied to the host. */
  async data(): Promise<TypedArray> {
    this.storage.assertAlive(this.shape);
    const host = hostArray(this.dtype, this.size);
    if (this.size === 0) return host;
    if (this.contiguous) {
      await this.backend.read(this, host);
      return host;
    }
    const copy = new Tensor(new Storage(this.backend, host.byteLength, "data"), this.dtype, this.shape);
    this.backend.copy(this, copy);
    await this.backend.read(copy, host);
    if (copy.storage.scope === null) copy.storage.release();
    return host;
  }

  /** The elements as nested arrays (a number if 0-d); bools are 0 and 1. */
  async array(): Promise<NestedNumbers> {
    return nest(await this.data(), this.shape);
  }

  /** A readable picture of the values, shape and type; long axes are shortened. */
  async print(): Promise<string> {
    return formatTensor(await this.data(), this.shape, this.dtype);
  }

  /**
   * Overwrites the values in place, from host numbers in row-major order or from a tensor of the same shape.
   * Raises the storage's version: a backward pass that still needed the old values will say so. While a `checkpoint` recomputes, parameters,
   * buffers and kept tensors stay as they are: the first run wrote them.
   */
  copyFrom(source: TypedArray | Tensor): this {
    this.storage.assertAlive(this.shape);
    if (isWritten(this.storage)) return this;
    if (source instanceof Tensor) {
      source.storage.assertAlive(source.shape);
      if (source.shape.length !== this.shape.length || source.shape.some((n, i) => n !== this.shape[i])) {
        throw new ShapeError(
          `copyFrom: expected shape ${formatShape(this.shape)}, got ${formatShape(source.shape)}; reshape the source first.`,
        );
      }
      this.storage.version++;
      if (source.backend === this.backend) {
        this.backend.copy(source, this);
        return this;
      }
      throw new ValueError(`copyFrom: the source lives on backend ${source.backend.info.name}, the target on ${this.backend.info.name}; use await source.data().`);
    }
    if (!ArrayBuffer.isView(source) || source instanceof DataView) throw new ValueError(`copyFrom: expected a tensor or a typed array, got ${show(source)}.`);
    if (source.length !== this.size) {
      throw new ShapeError(`copyFrom: expected ${this.size} numbers for shape ${formatShape(this.shape)}, got ${source.length}.`);
    }
    const Type = hostArray(this.dtype, 0).constructor as new (from: ArrayLike<number>) => TypedArray;
    const values = source.constructor === Type ? source : new Type(source);
    this.storage.version++;
    if (this.contiguous) {
      this.backend.write(this, values);
      return this;
    }
    const staging = new Tensor(new Storage(this.backend, values.byteLength, "copyFrom"), this.dtype, this.shape);
    this.backend.write(staging, values);
    this.backend.copy(staging, this);
    return this;
  }

  toString(): string {
    return `Tensor(${formatShape(this.shape)}, ${this.dtype}${this.needsGrad ? ", requiresGrad" : ""})`;
  }

  /** A Tensor is not a number: `a + b` is a mistake that should not give NaN quietly. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "number") {
      throw new LifetimeError("A tensor is not a number: use add(a, b) or a.add(b) instead of +, and await t.item() for its value.");
    }
    return this.toString();
  }
}

/** A leaf's gradient. Assigning another one to `grad` clears the marks. */
export interface GradientSlot {
  tensor: Tensor | null;
  /** Version of the gradient when an optimiser's step used it, −1 before. */
  spentAt: number;
  /** True when backward has added to a gradient that a step had used: it was never cleared. */
  stale: boolean;
}

/** Sees the gradient of a tensor on its way; what it returns replaces it. */
export type GradientHook = (gradient: Tensor) => Tensor | void;

/** What a `register…Hook` gives: the way to take the hook off again. */
export interface HookHandle {
  remove(): void;
}

export interface GradientWatch {
  readonly hooks: GradientHook[];
  retained: boolean;
}

/** Where `settle` reads numbers to. */
const scalarArrays = {
  float32: new Float32Array(1),
  float64: new Float64Array(1),
  int32: new Int32Array(1),
  uint8: new Uint8Array(1),
  bool: new Uint8Array(1),
} as const;

/** Gives back the gradient of a leaf that was collected. */
const orphans = new FinalizationRegistry<GradientSlot>(({ tensor }) => tensor?.storage.abandon());

function nest(values: TypedArray, shape: Shape): NestedNumbers {
  let position = 0;
  const build = (axis: number): NestedNumbers =>
    axis === shape.length ? values[position++] : Array.from({ length: shape[axis] }, () => build(axis + 1));
  return build(0);
}
