import { beforeAll, expect, it } from "vitest";
import * as nabla from "../../index.js";
import { type Config, defaults } from "./config.js";
import { Experiment } from "./experiment.js";
import { mapCsv, mapFigure } from "./mapFigure.js";

beforeAll(() => void nabla.setBackend("wasm"));

const shown = async (changes: Partial<Config>, neuron: { column: number; unit: number } | null) => {
  const experiment = new Experiment(nabla, { ...defaults, ...changes }, null);
  while (experiment.epoch < 5) await experiment.train();
  const map = await experiment.largeMap(neuron);
  return { map, points: experiment.points };
};

it("draws the map with its points, for two classes, several, and one neuron", async () => {
  for (const [changes, neuron, marks] of [[{}, null, 400], [{ data: "blobs", classes: 3, noise: 0.2 }, null, 400], [{ samples: 50 }, { column: 1, unit: 2 }, 50]] as const) {
    const { map, points } = await shown(changes, neuron);
    const figure = mapFigure(map, points, "output");
    expect(figure.description).toMatch(new RegExp(`^Map of output over x1 and x2, with ${marks} points of classes 0, 1`));
    const svg = figure.svg();
    expect(svg.match(/<(circle|path)/g)!.length).toBeGreaterThan(marks);
    expect(svg).not.toContain("NaN");
  }
});

it("writes the values, a row for each place", async () => {
  const { map, points } = await shown({}, null);
  const [head, ...rows] = mapCsv(map, points).trimEnd().split("\r\n");
  expect(head).toBe("x1,x2,probability of 1");
  expect(rows).toHaveLength(map.side ** 2);
  const values = rows.map((row) => row.split(",").map(Number));
  // The middle belongs to class 1, the corner to class 0.
  const middle = values.filter(([x1, x2]) => Math.hypot(x1, x2) < 0.2);
  expect(middle.length).toBeGreaterThan(10);
  for (const [, , p] of middle) expect(p).toBeGreaterThan(0.5);
  expect(values[0][2]).toBeLessThan(0.5);
});
