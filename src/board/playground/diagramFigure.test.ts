import { expect, it } from "vitest";
import { diagramFigure, type DrawnNetwork, weightsCsv } from "./diagramFigure.js";

const network: DrawnNetwork = { columns: [2, 2, 1], inputs: ["x1", "=x2"], classes: ["a", "b"], parameters: Float32Array.of(1, -2, 0.5, 4, 0.25, -0.25, 3, Number.NaN, -1) };

it("writes a row for each weight, with the bias of the neuron that it leads to", () => {
  expect(weightsCsv(network).trimEnd().split("\r\n")).toEqual([
    "layer,from,to,weight,bias",
    '1,input x1,"layer 1, unit 1",1,0.25',
    '1,input =x2,"layer 1, unit 1",-2,0.25',
    '1,input x1,"layer 1, unit 2",0.5,-0.25',
    '1,input =x2,"layer 1, unit 2",4,-0.25',
    '2,"layer 1, unit 1",output,3,-1',
    '2,"layer 1, unit 2",output,NaN,-1',
  ]);
});

it("draws a picture for each neuron and a line for each weight that is a number, dashed where it lowers", () => {
  const figure = diagramFigure(network, "network", (index) => `data:,${index}`);
  const svg = figure.svg({ theme: "dark" });
  expect(figure.description).toMatch(/^Network of 2, 2, 1 neurons/);
  expect(Array.from(svg.matchAll(/href="data:,(\d)"/g), ([, index]) => index)).toEqual(["0", "1", "2", "3", "4"]);
  expect(svg.match(/<path /g)).toHaveLength(5);
  expect(svg.match(/stroke-dasharray="5 4"/g)).toHaveLength(1);
  for (const said of [">x1<", ">=x2<", ">layer 1<", ">output<", "<title>layer 1, unit 2</title>"]) expect(svg).toContain(said);
  expect(svg).not.toContain("NaN");
  // Of several classes each output has its name.
  const several = diagramFigure({ columns: [1, 3], inputs: ["x1"], classes: ["left", "<b>", "right"], parameters: new Float32Array(6) }, "network", () => "data:,").svg();
  for (const said of [">left<", ">&lt;b&gt;<", ">right<"]) expect(several).toContain(said);
});
