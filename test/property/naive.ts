/**
 * The naive model of a tensor: a shape and a function from an index to a number. A view is one more function in front.
 * Slow and obviously right; property tests compare the library with it.
 */

export interface Naive {
  readonly shape: readonly number[];
  at(index: readonly number[]): number;
}

/** All indices of a shape, last axis fastest. */
export function* indices(shape: readonly number[]): Generator<number[]> {
  if (shape.some((n) => n === 0)) return;
  const index = shape.map(() => 0);
  for (;;) {
    yield [...index];
    let axis = shape.length - 1;
    while (axis >= 0 && ++index[axis] === shape[axis]) index[axis--] = 0;
    if (axis < 0) return;
  }
}

export function flat({ shape, at }: Naive): number[] {
  return Array.from(indices(shape), (index) => at(index));
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, n) => size * n, 1);
}

/** Row-major position of an index. */
export function position(index: readonly number[], shape: readonly number[]): number {
  return index.reduce((sum, i, axis) => sum * shape[axis] + i, 0);
}

/** The index at a row-major position. */
export function indexAt(place: number, shape: readonly number[]): number[] {
  const index = shape.map(() => 0);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = place % shape[axis];
    place = Math.floor(place / shape[axis]);
  }
  return index;
}

/** 0, 1, 2, … in row-major order. */
export function naiveArange(shape: readonly number[]): Naive {
  return { shape, at: (index) => position(index, shape) };
}

export function naivePermute(x: Naive, axes: readonly number[]): Naive {
  return {
    shape: axes.map((axis) => x.shape[axis]),
    at: (index) => x.at(x.shape.map((_, axis) => index[axes.indexOf(axis)])),
  };
}

export function naiveReshape(x: Naive, shape: readonly number[]): Naive {
  return { shape, at: (index) => x.at(indexAt(position(index, shape), x.shape)) };
}

/** x[start, start + step, …] per axis, `count` elements; a dropped axis has only its first. */
export interface NaiveRange {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly drop: boolean;
}

export function naiveSlice(x: Naive, ranges: readonly NaiveRange[]): Naive {
  return {
    shape: ranges.filter((r) => !r.drop).map((r) => r.count),
    at: (index) => {
      let next = 0;
      return x.at(ranges.map((r) => (r.drop ? r.start : r.start + r.step * index[next++])));
    },
  };
}

/** By NumPy's rule: axes line up at the right, size 1 repeats. */
export function naiveExpand(x: Naive, shape: readonly number[]): Naive {
  const lead = shape.length - x.shape.length;
  return { shape, at: (index) => x.at(x.shape.map((n, axis) => (n === 1 ? 0 : index[lead + axis]))) };
}

/** The common shape of two, or null if they do not broadcast. */
export function naiveBroadcast(a: readonly number[], b: readonly number[]): number[] | null {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let i = 1; i <= rank; i++) {
    const [m, n] = [a[a.length - i] ?? 1, b[b.length - i] ?? 1];
    if (m !== n && m !== 1 && n !== 1) return null;
    out.unshift(m === 1 ? n : m);
  }
  return out;
}
