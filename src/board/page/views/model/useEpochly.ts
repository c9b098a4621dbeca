/** What a run writes when an epoch ends: there is no need to ask for it at every step. */

import type { RunSummary } from "../../../protocol.js";
import { type Live, useLive } from "../../parts/useLive.js";

/** The JSON at `path`, fetched again after each epoch; null: nothing is wanted. Of other programs' epochs nobody knows, so theirs at every change. */
export const useEpochly = <T>(path: string | null, run: RunSummary): Live<T> => useLive<T>(path, [], run.kind === "events" ? run.updated : run.epochsDone);
