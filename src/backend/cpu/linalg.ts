/** Linear algebra: an engine's own kernels where it has them, else the plain loops over its memory. */

import { hostLinalg } from "../linalg/hostLinalg.js";
import type { LinalgKernels } from "../linalg/linalgKernels.js";
import { addressOf } from "./call.js";
import type { Calls } from "./call.js";

export function linalgCalls({ engine }: Calls): LinalgKernels {
  return hostLinalg({
    read: (view, into) => engine.read(addressOf(view), into),
    write: (view, values) => engine.write(addressOf(view), values),
  });
}
