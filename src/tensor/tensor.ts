/**
 * Tensor: a strided window onto a storage. It knows its shape, its type and how it came about (its node on the tape);
 * arithmetic lives in ops/, derivatives in autograd/.
 */

import type { Backend, View } from "../backend/backend.js";
import { type DType, hostArray, isFloat, type TypedArray } from "../base/dtype.js";
import { DTypeError, LifetimeError, ShapeError, ValueError } from "../base/errors.js";
import { contiguousStrides, formatShape, isContiguous, sameShape, sizeOf, type Shape } from "../base/shape.js";
import { formatTensor } from "./print.js";
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
  readonly dtype: DType;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
  /** Number of elements. */
  readonly size: number;
  /** True when the elements lie in row-major order without gaps. */
  readonly contiguous: boolean;
  /** How it came about: set by the tape when a gradient may be asked for, and on leaves that require one. */
  node: TapeNode | null = null;
  private held: Storage;
  private needsGrad = false;
  private gradient: GradientSlot | null = null;
  /** The value, once a step has handed this number out and taken its memory back. */
  private scalar: number | undefined;

  /** A window on `storage`; strides and offset count elements. Programs use `tensor()`, `zeros()` and the like. */
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
   * Remembers the number in a tensor of one element on the host, so that its memory may go; false if it has more
   * elements, or reading would have to wait. For `step` alone.
   */
  settle(): boolean {
    if (this.size !== 1 || this.offset !== 0) return false;
    const values = scalarArrays[this.dtype];
    if (this.backend.read(this, values) instanceof Promise) return false;
    this.scalar = values[0];
    return true;
  }

  get backend(): Backend {
    return this.held.backend;
  }

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
      this.gradient = { tensor: null };
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
  }

  /** `grad` for engine and optimisers, which never keep it: costs nothing. */
  get heldGrad(): Tensor | null {
    return this.gradient === null ? null : this.gradient.tensor;
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

  /** Another window on the same storage, outside the tape. */
  view(shape: Shape, strides: readonly number[], offset = this.offset): Tensor {
    return new Tensor(this.storage, this.dtype, shape, strides, offset);
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
   * Raises the storage's version: a backward pass that still needed the old values will say so.
   */
  copyFrom(source: TypedArray | Tensor): this {
    this.storage.assertAlive(this.shape);
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

interface GradientSlot {
  tensor: Tensor | null;
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
