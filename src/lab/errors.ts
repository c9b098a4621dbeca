/** Errors of labs. */

import { NablaError } from "../base/errors.js";

/**
 * A lab that does not hold to its contract: an unknown claim, a result that cannot be kept.
 *
 * @example
 * new LabError("lab xor: …").name // → LabError
 */
export class LabError extends NablaError {
  override name = "LabError";
}

/** Thrown through a lab when the reader wants to stop. What its run folder holds stays. */
export class LabStopped extends NablaError {
  override name = "LabStopped";
}
