import { expect, test } from "vitest";
import { tensor, zeros } from "../ops/create.js";
import { manualSeed } from "../ops/random.js";
import { squeezenet, squeezenetFromCaffe } from "./squeezenet.js";

test("weights under the Caffe model's names load whole, and what they are no part of is refused", () => {
  const theirs = new Map(
    Array.from(squeezenet({ version: "1.0" }).stateDict(), ([name, t]) => {
      const [, place, part = "", kind] = /^(?:features\.(\d+)|classifier\.1)(?:\.(\w+))?\.(weight|bias)$/.exec(name)!;
      const layer = place === undefined ? "conv10" : place === "0" ? "conv1" : `fire${[3, 4, 5, 7, 8, 9, 10, 12].indexOf(Number(place)) + 2}`;
      return [`${layer}${part === "" ? "" : `/${part === "squeeze" ? "squeeze1x1" : part}`}.${kind}`, t];
    }),
  );
  expect([...theirs.keys()].slice(0, 4)).toEqual(["conv1.weight", "conv1.bias", "fire2/squeeze1x1.weight", "fire2/squeeze1x1.bias"]);
  squeezenet({ version: "1.0", classifierPadding: 1 }).loadStateDict(squeezenetFromCaffe(theirs));
  for (const name of ["fire1/squeeze1x1.weight", "fire2/squeeze3x3.weight", "fire2.weight", "conv1/squeeze1x1.weight", "conv1.scale", "conv1", ""]) {
    expect(() => squeezenetFromCaffe(new Map([[name, zeros([1])]])), name).toThrow(/is no weight of SqueezeNet 1\.0/);
  }
  expect(() => squeezenetFromCaffe({} as Map<string, never>)).toThrow("expected a Map");
});

test("the first layer of the Caffe model is turned from blue, green, red to red, green, blue", async () => {
  const weight = tensor([[[[1]], [[2]], [[3]]]]);
  expect(await squeezenetFromCaffe(new Map([["conv1.weight", weight]])).get("features.0.weight")!.array()).toEqual([[[[3]], [[2]], [[1]]]]);
});

test("padding widens the map that the classifier sees, as dropout and version change nothing of the shapes", () => {
  manualSeed(0);
  const x = zeros([1, 3, 64, 64]);
  for (const version of ["1.0", "1.1"] as const) {
    for (const classifierPadding of [0, 1]) expect(squeezenet({ version, classes: 4, classifierPadding }).forward(x).shape).toEqual([1, 4]);
  }
  expect(() => squeezenet({ version: "1.2" as "1.1" })).toThrow('version must be "1.0" or "1.1"');
});
