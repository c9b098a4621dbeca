import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DataError } from "../base/errors.js";
import { BatchNorm2d } from "../nn/batchNorm.js";
import { Conv2d } from "../nn/conv.js";
import { Sequential } from "../nn/sequential.js";
import { loadSafetensors, saveSafetensors } from "./safetensorsFile.js";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nabla-"));
  path = join(folder, "weights.safetensors");
});
afterEach(() => rmSync(folder, { recursive: true }));

const network = () => new Sequential(new Conv2d(1, 2, 3), new BatchNorm2d(2));

test("a model's weights and buffers travel through a file", async () => {
  const model = network();
  await saveSafetensors(path, model.stateDict(), { made: "here" });
  const twin = network();
  twin.loadStateDict(await loadSafetensors(path));
  for (const [name, t] of model.stateDict()) {
    const copy = twin.stateDict().get(name);
    expect(copy?.dtype, name).toBe(t.dtype);
    expect(await copy?.data(), name).toEqual(await t.data());
  }
});

test("a missing, damaged or unwritable file is named", async () => {
  await expect(loadSafetensors(path)).rejects.toThrow(/cannot read .*weights\.safetensors: there is no such file/);
  await saveSafetensors(path, network().stateDict());
  truncateSync(path, 20);
  await expect(loadSafetensors(path)).rejects.toThrow(DataError);
  await expect(saveSafetensors(join(folder, "none", "w"), network().stateDict())).rejects.toThrow(/its folder does not exist; create it first/);
});
