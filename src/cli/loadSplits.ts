/** The data set of a configuration, as much of it as it wants, with progress on a terminal while letters are drawn. */

import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Splits } from "../data/imageDataset.js";
import { load } from "../data/prepare.js";
import type { TrainConfig } from "./config.js";
import type { Io } from "./io.js";
import { liveLine } from "./liveLine.js";

/**
 * @param source where an earlier part of the run found the data: looked at first
 * @throws DataError when files are missing or damaged.
 */
export async function loadSplits(config: TrainConfig, { stderr }: Io, source?: string): Promise<Splits> {
  const live = liveLine(stderr);
  try {
    const splits = await load(config.data, {
      dataDir: folderOf(source) ?? config["data-dir"],
      seed: config["data.seed"],
      drawings: config["data.drawings"],
      validationDrawings: config["data.validationDrawings"],
      onDraw: (done) => live.show(`drawing letters ${Math.round(100 * done)} %`),
    });
    const { limit } = config;
    return limit === undefined ? splits : { ...splits, train: splits.train.limit(limit), validation: splits.validation.limit(limit) };
  } finally {
    live.clear();
  }
}

/** The folder of a source that is a path, if it is still there. */
function folderOf(source: string | undefined): string | undefined {
  if (source === undefined || !existsSync(source)) return undefined;
  return statSync(source).isDirectory() ? source : dirname(source);
}
