/** The thread that prepares batches ahead: builds the same BatchMaker as the loader and serves its ring until that is closed. */

import { workerData } from "node:worker_threads";
import { Generator } from "../base/generator.js";
import { BatchMaker } from "./batches.js";
import { BatchRing } from "./batchRing.js";
import type { PrefetchPlan } from "./prefetcher.js";
import { transformFrom } from "./transforms.js";

const { source, normalization, transforms, generator, largest, ring } = workerData as PrefetchPlan;
const maker = new BatchMaker(source, normalization, transforms.map(transformFrom), Generator.fromState(generator), largest);
new BatchRing(ring).serve((indices, epoch, pixels, labels) => maker.make(indices, epoch, pixels, labels));
