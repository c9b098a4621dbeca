import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DataError, encodeWeights, loadWeights, models, parseWeights, saveWeights, ShapeError, ValueError, zeros } from "../index.js";

test("weights survive a file", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "nabla-")), "weights.safetensors");
  const from = models.mlp({ input: [4], hidden: [3], classes: 2 });
  const to = models.mlp({ input: [4], hidden: [3], classes: 2 });
  await saveWeights(path, from.stateDict());
  to.loadStateDict(loadWeights(path));
  for (const [name, t] of to.stateDict()) expect(await t.data(), name).toEqual(await from.stateDict().get(name)!.data());
  expect(() => models.mlp({ input: [5], hidden: [3], classes: 2 }).loadStateDict(loadWeights(path))).toThrow("1.weight: expected [3, 5], got [3, 4]");
  writeFileSync(path, "short");
  expect(() => loadWeights(path)).toThrow(path);
  expect(() => loadWeights(`${path}.none`)).toThrow("there is no such file");
});

test("weights survive as bytes, those of the file", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "nabla-")), "weights.safetensors");
  const from = models.mlp({ input: [4], hidden: [3], classes: 2 });
  const bytes = await encodeWeights(from.stateDict());
  await saveWeights(path, from.stateDict());
  expect(bytes).toEqual(new Uint8Array(readFileSync(path)));
  const back = parseWeights("w.safetensors", bytes);
  expect([...back.keys()].toSorted()).toEqual([...from.stateDict().keys()].toSorted());
  for (const [name, t] of back) expect(await t.data(), name).toEqual(await from.stateDict().get(name)!.data());
  const wider = models.mlp({ input: [5], hidden: [3], classes: 2 });
  expect(() => wider.loadStateDict(back)).toThrow(ShapeError);
  expect(() => wider.loadStateDict(back)).toThrow("1.weight: expected [3, 5], got [3, 4]");
  expect(() => parseWeights("w.safetensors", bytes.subarray(0, -1))).toThrow(DataError);
  expect(() => parseWeights("w.safetensors", bytes.subarray(0, -1))).toThrow(/^w\.safetensors: tensor ".*" lies at bytes/);
  expect(() => parseWeights("w.safetensors", new TextEncoder().encode("not weights at all"))).toThrow(/^w\.safetensors is not a whole safetensors file/);
});

test("what is no bytes, and what are no tensors, is named", async () => {
  const wrong = (call: unknown, ...args: unknown[]): unknown => Reflect.apply(call as () => unknown, undefined, args);
  for (const args of [[new Uint8Array(8)], ["w", new ArrayBuffer(8)], ["w", "text"], ["w"], []]) {
    expect(() => wrong(parseWeights, ...args)).toThrow(ValueError);
    expect(() => wrong(parseWeights, ...args)).toThrow("new Uint8Array(await response.arrayBuffer())");
  }
  await expect(wrong(encodeWeights, models.mlp({ input: [2] }))).rejects.toThrow("encodeWeights(model.stateDict()), got Sequential");
  await expect(wrong(encodeWeights, new Map([["a", [1, 2]]]))).rejects.toThrow('expected tensors by name, got [1, 2] under "a"');
  await expect(wrong(encodeWeights, new Map([[1, zeros([2])]]))).rejects.toThrow("under 1");
});

test("plain objects and models in the wrong place are named", async () => {
  const model = models.mlp({ input: [2], hidden: [], classes: 2 });
  const state: unknown = {};
  await expect(Reflect.apply(saveWeights, undefined, ["weights.safetensors", model])).rejects.toThrow("saveWeights(path, model.stateDict())");
  expect(() => Reflect.apply(model.loadStateDict, model, [state])).toThrow("expected a Map from names to tensors");
});
