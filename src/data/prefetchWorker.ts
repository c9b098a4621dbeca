/** A thread that prepares batches ahead: builds the same BatchMaker as the loader and serves its ring until that is closed. */

import { workerData } from "node:worker_threads";
import { Generator } from "../base/generator.js";
import { BatchMaker } from "./batches.js";
import { BatchRing } from "./batchRing.js";
import { decodeImageFiles } from "./formats/image.js";
import type { PrefetchPlan } from "./prefetcher.js";
import { transformFrom } from "./transforms/registry.js";

const { ring, transforms, generator, ...rest } = workerData as PrefetchPlan;
const maker = new BatchMaker({ ...rest, decode: decodeImageFiles, transforms: transforms.map(transformFrom), generator: Generator.fromState(generator) });
await new BatchRing(ring).serve((job, pixels, targets) => maker.make(job, pixels, targets));
