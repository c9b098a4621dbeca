import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hostArray, type DType } from "../base/dtype.js";
import { DataError, ValueError } from "../base/errors.js";
import { sizeOf } from "../base/shape.js";
import { decodeSafetensors, encodeSafetensors, type HostTensor } from "./safetensors.js";

// Made by test/golden/safetensors/make.py.
const golden = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../test/golden/safetensors/${name}.safetensors`, import.meta.url)));

/** A file with this header (text, or a value to write as JSON) and so many bytes of data. */
function file(header: unknown, dataBytes = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (begin: number, end: number, shape: unknown = [(end - begin) / 4], dtype: unknown = "F32") => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe("golden files", () => {
  test("a mixed file reads, and writes back to the same bytes from any order", () => {
    const { tensors, metadata } = decodeSafetensors(golden("mixed"), "mixed");
    expect(metadata).toEqual({ format: "test", note: 'quotes " and \\ and ü' });
    expect(tensors.get("double")).toEqual({ dtype: "float64", shape: [2], data: Float64Array.of(0.1, -1e300) });
    expect(tensors.get("conv1.weight")).toEqual({ dtype: "float32", shape: [2, 1, 1, 2], data: Float32Array.of(1.5, -2.25, Infinity, NaN) });
    expect(tensors.get("empty")).toEqual({ dtype: "float32", shape: [0, 3], data: new Float32Array(0) });
    expect(tensors.get("scalar")).toEqual({ dtype: "float32", shape: [], data: Float32Array.of(3.25) });
    expect(tensors.get("10")).toEqual({ dtype: "int32", shape: [3], data: Int32Array.of(-1, 0, 2147483647) });
    expect(tensors.get("2")).toEqual({ dtype: "uint8", shape: [2, 2], data: Uint8Array.of(0, 1, 254, 255) });
    expect(tensors.get("maskä")).toEqual({ dtype: "bool", shape: [1], data: Uint8Array.of(1) });
    expect(encodeSafetensors(tensors, metadata)).toEqual(golden("mixed"));
    expect(encodeSafetensors(new Map([...tensors].reverse()), metadata)).toEqual(golden("mixed"));
  });

  test("types of other programs become ours", () => {
    const { tensors } = decodeSafetensors(golden("foreign"), "foreign");
    expect(tensors.get("long")).toEqual({ dtype: "int32", shape: [3], data: Int32Array.of(-5, 0, 2147483647) });
    expect(tensors.get("half")?.data).toEqual(Float32Array.of(1, -2.5, 65504, 2 ** -24, Infinity, -Infinity, NaN));
    expect(tensors.get("brain")?.data).toEqual(Float32Array.of(1, -3.140625, 2 ** -133, Infinity));
  });

  test("a file that starts at an odd byte of its buffer reads the same", () => {
    const shifted = new Uint8Array(golden("mixed").length + 1);
    shifted.set(golden("mixed"), 1);
    expect(decodeSafetensors(shifted.subarray(1), "shifted")).toEqual(decodeSafetensors(golden("mixed"), "mixed"));
  });
});

describe("damaged files say what is wrong", () => {
  const cases: [what: string, bytes: Uint8Array, message: RegExp][] = [
    ["empty", new Uint8Array(0), /^x is not a whole safetensors file: it has 0 bytes/],
    ["header length beyond the file", file("{}").subarray(0, 9), /claims 2 bytes, but only 1 follow/],
    ["a zip archive", Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 8), /^x is not a safetensors file: it is a zip archive, as torch.save writes/],
    ["a web page", new TextEncoder().encode("\n<!doctype html><title>404"), /^x is not a safetensors file: it is a web page .*; check the address/],
    ["header length absurd", new Uint8Array(16).fill(255), /claims 18446744073709551615 bytes, more than the format's limit/],
    ["no JSON", file("{nonsense"), /header is not JSON/],
    ["bad UTF-8", (() => { const bytes = file('{"a":1}'); bytes[10] = 0xff; return bytes; })(), /header is not JSON/],
    ["JSON but no object", file("[]"), /header is not a JSON object/],
    ["header led by a space", file(" {}"), /header is not a JSON object/],
    ["duplicate tensor", file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', 8), /names "a" twice/],
    ["duplicate field", file('{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4), /names "dtype" twice/],
    ["metadata not strings", file({ __metadata__: { a: 1 } }), /must map strings to strings, but "a" holds 1/],
    ["metadata no object", file({ __metadata__: "x" }), /must map strings to strings/],
    ["entry no object", file({ a: null }), /tensor "a" has no description/],
    ["unknown type", file({ a: entry(0, 4, [1], "F99") }, 4), /tensor "a" has type "F99"; readable are F64, F32/],
    ["negative size", file({ a: entry(0, 4, [-1]) }, 4), /has shape \[-1\], not a list of sizes/],
    ["fractional size", file({ a: entry(0, 4, [1.5]) }, 4), /not a list of sizes/],
    ["negative offset", file({ a: entry(-4, 0, [1]) }, 4), /has data_offsets \[-4,0\]/],
    ["three offsets", file({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4, 8] } }, 8), /not \[begin, end\]/],
    ["end before begin", file({ a: entry(4, 0, [1]) }, 4), /lies at bytes 4 to 0/],
    ["beyond the data", file({ a: entry(0, 8) }, 4), /lies at bytes 0 to 8 of the data, which has 4 bytes/],
    ["shape and span disagree", file({ a: entry(0, 8, [3]) }, 8), /shape \[3\] needs 12 bytes, but the header gives it 8/],
    ["shape overflows", file({ a: entry(0, 8, [2 ** 52, 2 ** 52]) }, 8), /needs .* bytes, but the header gives it 8/],
    ["overlap", file({ a: entry(0, 8), b: entry(4, 12) }, 12), /tensor "b" at bytes 4 to 12 of the data overlaps/],
    ["same span twice", file({ a: entry(0, 4), b: entry(0, 4) }, 4), /tensor "b" at bytes 0 to 4 of the data overlaps/],
    ["gap", file({ a: entry(0, 4), b: entry(8, 12) }, 12), /leaves bytes 4 to 8 without an owner/],
    ["data left over", file({ a: entry(0, 4) }, 5), /describes 4 bytes of data, but 5 are there/],
    ["bool of 2", (() => { const bytes = file({ a: entry(0, 1, [1], "BOOL") }, 1); bytes[bytes.length - 1] = 2; return bytes; })(), /position 0 holds 2, but a bool is 0 or 1/],
    ["int64 too large", (() => { const bytes = file({ a: entry(0, 8, [1], "I64") }, 8); bytes[bytes.length - 2] = 1; return bytes; })(), /does not fit into int32/],
  ];
  test.each(cases)("%s", (_, bytes, message) => {
    const read = () => decodeSafetensors(bytes, "x");
    expect(read).toThrow(DataError);
    expect(read).toThrow(message);
  });

  test("any truncation, and any change of a header byte, reads or is refused with a DataError", () => {
    const whole = golden("mixed");
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeSafetensors(whole.subarray(0, length), "cut")).toThrow(DataError);
    }
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length - 1), fc.nat(255), (at, value, at2, value2) => {
        const bytes = whole.slice();
        bytes[at] = value;
        bytes[at2] = value2;
        try {
          decodeSafetensors(bytes, "fuzz");
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test("names and fields that objects treat specially survive", () => {
  const one: HostTensor = { dtype: "float32", shape: [1], data: Float32Array.of(1) };
  const tensors = new Map([["__proto__", one], ["constructor", one], ["7", one], ["a\u0000\n\"", one], ["", one]]);
  expect(decodeSafetensors(encodeSafetensors(tensors), "x").tensors).toEqual(tensors);
});

test("any tensors come back as they were, aligned", () => {
  const dtypes: DType[] = ["float32", "float64", "int32", "uint8", "bool"];
  const tensor = fc.record({ dtype: fc.constantFrom(...dtypes), shape: fc.array(fc.nat(3), { maxLength: 4 }), fill: fc.nat(1) });
  fc.assert(
    fc.property(fc.dictionary(fc.string(), tensor), fc.dictionary(fc.string(), fc.string()), (specs, metadata) => {
      const tensors = new Map<string, HostTensor>();
      for (const [name, { dtype, shape, fill }] of Object.entries(specs)) {
        tensors.set(name, { dtype, shape, data: hostArray(dtype, sizeOf(shape)).fill(fill) });
      }
      const bytes = encodeSafetensors(tensors, metadata);
      const back = decodeSafetensors(bytes, "x");
      expect(back.tensors).toEqual(tensors);
      expect(back.metadata).toEqual({ ...metadata });
      expect(new DataView(bytes.buffer).getBigUint64(0, true) % 8n).toBe(0n);
    }),
  );
});

test("what cannot be written is refused", () => {
  const data = Float32Array.of(1, 2);
  expect(() => encodeSafetensors(new Map([["a", { dtype: "float32", shape: [3], data }]]))).toThrow(ValueError);
  expect(() => encodeSafetensors(new Map([["a", { dtype: "float64", shape: [2], data }]]))).toThrow(/needs 2 elements/);
  expect(() => encodeSafetensors(new Map([["__metadata__", { dtype: "float32", shape: [2], data }]]))).toThrow(/keeps that name/);
});
