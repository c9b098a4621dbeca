/** `model.json`: the graph of the network, written when training begins. */

import { join } from "node:path";
import { atomicWrite } from "../base/atomicWrite.js";
import { moduleGraph } from "../nn/moduleGraph.js";
import type { AnyModule } from "../nn/module.js";
import type { FollowedSamples } from "./followedSamples.js";
import type { Recording } from "./recording.js";

export function modelRecording(folder: string, model: AnyModule, samples: FollowedSamples): Recording {
  return {
    name: "the graph of the model",
    fitStart() {
      const { inputShape, inputType: dtype } = samples;
      atomicWrite(join(folder, "model.json"), `${JSON.stringify({ format: 1, ...moduleGraph(model, inputShape, { dtype }) })}\n`);
    },
  };
}
