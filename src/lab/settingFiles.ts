/** Settings that name files in a folder of data are checked before a run begins. */

import { readdirSync } from "node:fs";
import { UsageError } from "../base/errors.js";
import { near } from "../base/near.js";
import { dataRoot, requireFolder } from "./dataFolders.js";
import { fileSettings, type SettingDefinitions, type SettingValue } from "./settings.js";

/**
 * @param given the root of the data, as `--data-dir` has it
 * @throws UsageError when a setting names a file that is not in its folder; DataError when the folder is not here
 */
export function requireFiles(definitions: SettingDefinitions, settings: Readonly<Record<string, SettingValue>>, given: string | undefined): void {
  for (const { name, folder } of fileSettings(definitions)) {
    const files = readdirSync(requireFolder(folder, dataRoot(given))).filter((file) => !file.startsWith(".")).toSorted();
    for (const file of [settings[name]].flat().map(String)) {
      if (files.includes(file)) continue;
      const meant = near(file, files);
      throw new UsageError(`--set ${name}: there is no ${file} in the folder ${folder}${meant === undefined ? "." : `; did you mean ${meant}?`} There are ${files.join(", ")}.`);
    }
  }
}
