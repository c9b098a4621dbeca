/** Calls of the optimiser kernels: one step for all parameters in one call, or in a few when they are very many. */

import { sizeOf } from "../../base/shape.js";
import type { AdamParams, FusedKernels, SgdParams, View } from "../backend.js";
import { addressOf, addressOrNull, dtypeCode } from "./call.js";
import type { Calls } from "./call.js";
import { argsLength } from "./engine.js";

type OptimizerKernels = Pick<FusedKernels, "sgd" | "adam">;

/** Parameters of one call at most: the largest header has 10 numbers, and a parameter takes 5. */
const parametersPerCall = Math.floor((argsLength - 10) / 5);

/** The kernels of this group that the engine has. */
export function optimizerCalls(calls: Calls): Partial<OptimizerKernels> {
  const { args, engine } = calls;
  const sgdNumber = engine.kernel("sgd");
  const adamNumber = engine.kernel("adam");

  function sgd(
    parameters: readonly View[], gradients: readonly View[], buffers: readonly View[] | null,
    { lr, momentum, dampening, weightDecay, nesterov, first }: SgdParams,
  ): void {
    for (let start = 0; start < parameters.length; start += parametersPerCall) {
      const end = Math.min(parameters.length, start + parametersPerCall);
      args[0] = dtypeCode[parameters[0].dtype];
      args[1] = lr;
      args[2] = momentum;
      args[3] = dampening;
      args[4] = weightDecay;
      args[5] = nesterov ? 1 : 0;
      args[6] = first ? 1 : 0;
      args[7] = buffers ? 1 : 0;
      args[8] = end - start;
      let at = 9;
      for (let i = start; i < end; i++) {
        args[at++] = addressOf(parameters[i]);
        args[at++] = addressOf(gradients[i]);
        args[at++] = addressOrNull(buffers?.[i]);
        args[at++] = sizeOf(parameters[i].shape);
      }
      engine.call(sgdNumber);
    }
  }

  function adam(
    parameters: readonly View[], gradients: readonly View[], m: readonly View[], v: readonly View[],
    { lr, beta1, beta2, eps, weightDecay, decoupled, correction1, correction2 }: AdamParams,
  ): void {
    for (let start = 0; start < parameters.length; start += parametersPerCall) {
      const end = Math.min(parameters.length, start + parametersPerCall);
      args[0] = dtypeCode[parameters[0].dtype];
      args[1] = lr;
      args[2] = beta1;
      args[3] = beta2;
      args[4] = eps;
      args[5] = weightDecay;
      args[6] = decoupled ? 1 : 0;
      args[7] = correction1;
      args[8] = correction2;
      args[9] = end - start;
      let at = 10;
      for (let i = start; i < end; i++) {
        args[at++] = addressOf(parameters[i]);
        args[at++] = addressOf(gradients[i]);
        args[at++] = addressOf(m[i]);
        args[at++] = addressOf(v[i]);
        args[at++] = sizeOf(parameters[i].shape);
      }
      engine.call(adamNumber);
    }
  }

  return { ...(sgdNumber >= 0 && { sgd }), ...(adamNumber >= 0 && { adam }) };
}
