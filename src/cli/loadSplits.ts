/** The data set of a configuration. */

import type { Splits } from "../data/dataset.js";
import type { TrainConfig } from "./config.js";
import { type Io } from "./io.js";

/** @throws DataError when files are missing or damaged. */
export async function loadSplits(config: TrainConfig, { stderr }: Io): Promise<Splits> {
  const { drawCharacters } = await import("../data/characters/characters.js");
  const live = stderr.isTTY === true;
  return drawCharacters({
    seed: config["data.seed"],
    drawings: config["data.drawings"],
    validationDrawings: config["data.validationDrawings"],
    onProgress: (done) => void (live && stderr.write(done < 1 ? `\r\u001b[2Kdrawing letters ${Math.round(100 * done)} %` : "\r\u001b[2K")),
  });
}
