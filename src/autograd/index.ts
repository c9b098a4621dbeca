/** Derivatives: backward, grad, functional transforms, checkpointing, gradcheck. */

export { type BackwardOptions, grad, type GradOptions } from "./backward.js";
export { checkpoint } from "./checkpoint.js";
export { type CustomContext, customFunction, type CustomFunction } from "./customFunction.js";
export { type For, hessian, hvp, jacobian, jvp, type Tensors, type TransformOptions, valueAndGrad, vjp } from "./functional.js";
export { gradcheck, type GradcheckOptions, type GradcheckResult, type Parametrized } from "./gradcheck.js";
