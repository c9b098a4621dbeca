import { defineLab } from "nabla";
import { batchNormGraph } from "./batchNorm.js";
import { examNetworks } from "./exams.js";
import { lectureGraphs } from "./graphs.js";
import { highway } from "./highway.js";

export default defineLab({
  settings: {
    x: { value: 1, about: "x of the first graph, f = (x + y) · z" },
    y: { value: -3, about: "its y" },
    z: { value: 4, about: "its z" },
    layers: { value: 30, min: 2, max: 200, whole: true, about: "layers of the highway" },
    weight: { value: 0.7, about: "weight w of each layer of the highway, R(x) = tanh(w·x)" },
  },
  async run(lab) {
    await lectureGraphs(lab);
    await examNetworks(lab);
    await highway(lab);
    await batchNormGraph(lab);
  },
});
