/** Derivatives: backward, grad, functional transforms, gradcheck. */

export { type BackwardOptions, grad, type GradOptions } from "./backward.js";
export { type For, hessian, hvp, jacobian, jvp, type Tensors, type TransformOptions, valueAndGrad, vjp } from "./functional.js";
export { gradcheck, type GradcheckOptions, type GradcheckResult } from "./gradcheck.js";
