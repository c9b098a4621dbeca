import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadWeights, models, saveWeights } from "../index.js";

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

test("plain objects and models in the wrong place are named", async () => {
  const model = models.mlp({ input: [2], hidden: [], classes: 2 });
  const state: unknown = {};
  await expect(Reflect.apply(saveWeights, undefined, ["weights.safetensors", model])).rejects.toThrow("saveWeights(path, model.stateDict())");
  expect(() => Reflect.apply(model.loadStateDict, model, [state])).toThrow("expected a Map from names to tensors");
});
