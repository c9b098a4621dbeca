/** Some values of a tensor that has very many. */

import { contiguous } from "../ops/cast.js";
import type { Tensor } from "../tensor/tensor.js";

/** At most `most` of its values, evenly chosen. Their distance is odd, so that it goes through all columns of images, whose widths are even. */
export function someOf(t: Tensor, most: number): Tensor {
  const distance = Math.ceil(t.size / most) | 1;
  return contiguous(t.detach()).view([Math.ceil(t.size / distance)], [distance]);
}
