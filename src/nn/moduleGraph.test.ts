import { expect, test } from "vitest";
import { models, nn, relu, summary, type Tensor } from "../index.js";
import { moduleGraph, type ModuleNode } from "./moduleGraph.js";

const all = (node: ModuleNode): ModuleNode[] => [node, ...node.children.flatMap(all)];

test("a chain: shapes, costs and sums", () => {
  const { inputShape, root, edges } = moduleGraph(models.convnet(), [3, 32, 32]);
  expect(inputShape).toEqual([3, 32, 32]);
  const { parameterBytes: _, ...totals } = summary(models.convnet(), [3, 32, 32]).totals;
  expect(root).toMatchObject({ path: "", type: "Sequential", inputShape: [3, 32, 32], outputShape: [10], ...totals });
  expect(root.children[0]).toMatchObject({ path: "0", type: "Conv2d", text: expect.stringMatching(/^Conv2d\(3, 32, kernel=5/), outputShape: [32, 32, 32], receptiveField: [5, 5], parameters: 2432 });
  const places = ["input", ...root.children.map(({ path }) => path), "output"];
  expect(edges).toEqual(places.slice(1).map((to, i) => [places[i], to]));
});

/** What goes around a module arrives beside what goes through it, also where the module passes its input on. */
class Residual extends nn.Module {
  body = new nn.Sequential(new nn.Linear(4, 4), new nn.ReLU());
  dropout = new nn.Dropout(0.5);
  unused = new nn.Linear(2, 2);
  override forward(x: Tensor): Tensor {
    const h = relu(x);
    return this.dropout.forward(this.body.forward(h)).add(h);
  }
}

test("residual additions, functions between modules, modules that pass on, that did not run, that are used twice", () => {
  const shared = new nn.Linear(4, 4);
  const model = new nn.Sequential(new Residual(), shared, shared, new nn.Linear(4, 2));
  model.parameters()[0].requiresGrad = false;
  model.train();
  const { root, edges } = moduleGraph(model, [4]);
  expect(edges).toEqual([
    ["input", "0.body.0"], ["0.body.0", "0.body.1"], ["0.body.1", "0.dropout"],
    ["input", "0"], ["0.dropout", "0"], ["0", "1"], ["1", "1"], ["1", "3"], ["3", "output"],
  ]);
  expect(all(root).map(({ path }) => path)).toEqual(["", "0", "0.body", "0.body.0", "0.body.1", "0.dropout", "0.unused", "1", "3"]);
  expect(all(root).find(({ path }) => path === "0.unused")).toMatchObject({ inputShape: null, outputShape: null, parameters: 6, multiplyAdds: 0, outputBytes: 0 });
  expect(root.children[1]).toMatchObject({ parameters: 20, multiplyAdds: 32 });
  expect(root).toMatchObject({ parameters: 20 + 6 + 20 + 10, receptiveField: null });
  expect(model.training && model.layers.every((layer) => layer.training)).toBe(true);
  expect(model.parameters()[0].requiresGrad).toBe(false);
});

test("branches that join, sequences, tokens", () => {
  const { root, edges } = moduleGraph(models.resnet18({ classes: 10 }), [3, 32, 32]);
  const into = (path: string) => edges.filter(([, to]) => to === path).map(([from]) => from);
  expect(root.receptiveField).not.toBeNull();
  // The sums of the blocks are the blocks' own, so nothing goes around a stage.
  expect(into("layer2.0").sort()).toEqual(["layer2.0.bn2", "layer2.0.downsample.1"]);
  expect(into("layer2.1").sort()).toEqual(["layer2.0", "layer2.1.bn2"]);
  expect(into("layer3.0.conv1")).toEqual(["layer2.1"]);
  expect(into("fc")).toEqual(["layer4.1"]);
  const language = new nn.Sequential(new nn.Embedding(10, 4), new nn.Linear(4, 10));
  expect(moduleGraph(language, [6], { dtype: "int32" })).toMatchObject({ edges: [["input", "0"], ["0", "1"], ["1", "output"]], root: { inputShape: [6], outputShape: [6, 10] } });
  expect(() => moduleGraph(language, [6])).toThrow();
});
