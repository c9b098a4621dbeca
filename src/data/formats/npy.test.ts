import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { golden } from "../../../test/golden/golden.js";
import { DataError } from "../../base/errors.js";
import { Generator } from "../../base/generator.js";
import { tensor } from "../../ops/create.js";
import { transpose } from "../../ops/views.js";
import { encodeNpy, parseNpy, parseNpz } from "./npy.js";
import { readNpy, readNpz, writeNpy, writeNpz } from "./readNpy.js";

interface Golden {
  readonly arrays: readonly { readonly dtype: string; readonly fortran: boolean; readonly npy: string; readonly values: unknown }[];
  readonly half: { readonly npy: string; readonly values: readonly (number | string)[] };
  readonly npz: Readonly<Record<"stored" | "deflated", string>>;
}

const { arrays, half, npz } = golden<Golden>("data.json");
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "base64"));

let folder = "";
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "nabla-npy-"))));
afterAll(() => rm(folder, { recursive: true }));

const types: Record<string, string> = { "?": "bool", u1: "uint8", f2: "float32", f4: "float32", f8: "float64" };

test.each(arrays)("numpy's $dtype, fortran $fortran (coverage F1)", async ({ dtype, npy, values }) => {
  const host = parseNpy("a.npy", fromBase64(npy));
  expect(host.dtype).toBe(types[dtype.replace(/[<>]/, "")] ?? "int32");
  expect(await tensor(host.data, host).array()).toEqual(dtype === "?" ? [[0, 1, 0], [1, 0, 1]] : values);
});

test("half floats: zeros, infinities, NaN, the smallest and the largest", () => {
  const { data } = parseNpy("half.npy", fromBase64(half.npy));
  expect([...data]).toEqual(half.values.map((value) => Math.fround(Number(value))));
});

test("what is written is read again, of every type, dense or not", async () => {
  const file = join(folder, "x.npy");
  for (const dtype of ["bool", "uint8", "int32", "float32", "float64"] as const) {
    const x = tensor([[1, 0, 1], [0, 1, 1]], { dtype });
    await writeNpy(file, x);
    const again = await readNpy(file);
    expect([again.dtype, await again.array()]).toEqual([dtype, await x.array()]);
    await writeNpy(file, transpose(x));
    expect(await readNpy(file).then((t) => t.array())).toEqual([[1, 0], [0, 1], [1, 1]]);
  }
  for (const x of [tensor(2.5), tensor(new Float32Array(0), { shape: [0, 3] })]) {
    await writeNpy(file, x);
    expect((await readNpy(file)).shape).toEqual(x.shape);
  }
  expect((await readNpy(file, { dtype: "float64" })).dtype).toBe("float64");
});

test("archives of numpy, and of ours (coverage F1)", async () => {
  for (const packed of Object.values(npz)) {
    const { x, y } = await parseNpz("set.npz", fromBase64(packed));
    expect(x).toEqual({ dtype: "float32", shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) });
    expect(y).toEqual({ dtype: "int32", shape: [2], data: Int32Array.of(1, 0) });
  }
  const file = join(folder, "set.npz");
  await writeNpz(file, { weights: tensor([[1.5]], { dtype: "float64" }), "a b": tensor([1], { dtype: "uint8" }) });
  const again = await readNpz(file);
  expect(Object.keys(again)).toEqual(["weights", "a b"]);
  expect([again.weights.dtype, await again.weights.array()]).toEqual(["float64", [[1.5]]]);
});

/** A .npy file with this header. */
function withHeader(header: string, numbers: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  return Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8, ...text, ...new Uint8Array(numbers)]);
}

test("types that are no numbers, and headers that cannot be, are named", () => {
  const header = (descr: string, shape: string): string => `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;
  const read = (descr: string, shape = "(1,)", bytes = 8) => () => parseNpy("x.npy", withHeader(header(descr, shape), bytes));
  for (const descr of ["'|O'", "'<c8'", "'<U3'", "'|S1'", "'<M8[ns]'", "'f4'", "[('a', '<f4')]", "'<f3'"]) expect(read(descr)).toThrow(/descr, expected booleans, integers or floats/);
  expect(read("'<f8'", "(2,)")).toThrow(/16 bytes for shape \[2\] of <f8, got 8 until the end/);
  expect(read("'<f8'", "(4294967296, 4294967296)")).toThrow(DataError);
  expect(read("'<f8'", "(99999999999999999999,)")).toThrow(/sizes below 2\^53/);
  expect(read("'<f8'", "(0, 99999999999)", 0)()).toEqual({ dtype: "float64", shape: [0, 99999999999], data: new Float64Array(0) });
  expect(() => parseNpy("x.npy", withHeader("import os", 0))).toThrow(/expected \{'descr'.*got "import os"/);
  expect(() => parseNpy("x.npy", Uint8Array.of(1))).toThrow(/at byte 0, expected the mark of a .npy file.*got 0x1/);
});

test("integers that int32 cannot hold are named, and may be read as float64", () => {
  const bytes = withHeader("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", 16);
  new DataView(bytes.buffer).setBigInt64(bytes.length - 8, 2n ** 40n, true);
  expect(() => parseNpy("x.npy", bytes)).toThrow(/element 1 is 1099511627776, which int32 cannot hold exactly/);
  expect([...parseNpy("x.npy", bytes, { dtype: "float64" }).data]).toEqual([0, 2 ** 40]);
  new DataView(bytes.buffer).setBigInt64(bytes.length - 8, 2n ** 60n + 1n, true);
  expect(() => parseNpy("x.npy", bytes, { dtype: "float64" })).toThrow(/cannot hold exactly/);
});

test("files cut or changed anywhere are refused, or differ in numbers alone (coverage F1)", async () => {
  const bytes = encodeNpy({ dtype: "float32", shape: [4, 5], data: new Float32Array(20).fill(1) });
  for (let length = 0; length < bytes.length; length++) expect(() => parseNpy("x.npy", bytes.subarray(0, length))).toThrow(DataError);
  const generator = new Generator(4);
  for (let bit = 0; bit < 8 * 128; bit++) {
    const changed = bytes.slice();
    changed[bit >> 3] ^= 1 << (bit & 7);
    try {
      expect(parseNpy("x.npy", changed).data.length).toBeLessThanOrEqual(80);
    } catch (error) {
      expect(error).toBeInstanceOf(DataError);
    }
  }
  for (const packed of Object.values(npz)) {
    const archive = fromBase64(packed);
    for (let round = 0; round < 300; round++) {
      const changed = round % 3 === 0 ? archive.slice(0, generator.integer(archive.length)) : archive.slice();
      if (round % 3 !== 0) changed[generator.integer(changed.length)] ^= 1 << generator.integer(8);
      const result = await parseNpz("x.npz", changed).catch((error: unknown) => error);
      if (result instanceof Error) expect(result).toBeInstanceOf(DataError);
    }
  }
  await writeFile(join(folder, "bad.npz"), "hello");
  await expect(readNpz(join(folder, "bad.npz"))).rejects.toThrow(/bad\.npz: expected a zip archive of .npy files \(5 bytes\)/);
  await expect(readNpy(join(folder, "none.npy"))).rejects.toThrow(/none\.npy: cannot be read/);
});
