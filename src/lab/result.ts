/** What a run of a lab came to. */

import type { BackendInfo } from "../backend/backend.js";
import type { Judgement } from "./claims.js";
import type { LabMode, LabRow } from "./lab.js";
import type { SettingValue } from "./settings.js";

/** What a lab showed, in its order. */
export type Block =
  | { readonly kind: "text"; readonly markdown: string }
  | { readonly kind: "figure"; readonly name: string; readonly caption: string; readonly svg: string }
  | { readonly kind: "table"; readonly name: string; readonly caption: string; readonly columns: readonly string[]; readonly rows: readonly LabRow[] };

export interface LabResult {
  readonly lab: string;
  readonly title: string;
  readonly mode: LabMode;
  readonly seeds: readonly number[];
  readonly settings: Readonly<Record<string, SettingValue>>;
  /** Settings that are not the lab's own. */
  readonly changed: readonly string[];
  readonly judgements: readonly Judgement[];
  readonly blocks: readonly Block[];
  /** Wall time of this process; less than that of the whole lab when the run was resumed. */
  readonly seconds: number;
  readonly resumed: boolean;
  readonly backend: BackendInfo;
}
