/** Derivatives: backward, grad, gradcheck. */

export { type BackwardOptions, grad, type GradOptions } from "./backward.js";
export { gradcheck, type GradcheckOptions, type GradcheckResult } from "./gradcheck.js";
