/** All kernel cases. */

import type { Case } from "./bench.js";
import { spatialCases } from "./convolutions.js";
import { elementwiseCases } from "./elementwise.js";
import { reductionCases } from "./reductions.js";
import { sequenceCases } from "./sequences.js";
import { trainingCases } from "./training.js";

export const kernelCases: readonly Case[] = [...elementwiseCases, ...reductionCases, ...spatialCases, ...trainingCases, ...sequenceCases];
