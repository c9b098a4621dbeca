/**
 * Random tensors from Philox blocks; word 4·i + j of the stream is word j of block `state.block + i` (see
 * base/generator.ts). Element e takes word e, except for float64 uniforms, which take words 2e and 2e + 1.
 */

import { normalFromWord } from "../../base/normal.js";
import { philox4x32 } from "../../base/philox.js";
import type { RandomKind, RandomState } from "../backend.js";
import { positions } from "./elements.js";
import type { Elements } from "./elements.js";

export function random(kind: RandomKind, { key0, key1, block }: RandomState, out: Elements): void {
  const to = positions(out);
  const words = new Uint32Array(4);
  const wide = kind === "uniform" && out.dtype === "float64";
  const perBlock = wide ? 2 : 4;
  for (let i = 0; i < to.length; i++) {
    const lane = i % perBlock;
    if (lane === 0) {
      const counter = block + i / perBlock;
      philox4x32(words, key0, key1, counter >>> 0, Math.floor(counter / 2 ** 32), 0, 0);
    }
    out.data[to[i]] =
      kind === "bits" ? words[lane]
      : kind === "normal" ? normalFromWord(words[lane])
      : wide ? ((words[2 * lane] >>> 5) * 2 ** 26 + (words[2 * lane + 1] >>> 6)) * 2 ** -53
      : (words[lane] >>> 8) * 2 ** -24;
  }
}
