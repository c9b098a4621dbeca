/** The listener that says in `run.json` how the training stands. */

import type { Listener } from "./events.js";
import type { RunFolder } from "./run.js";
import type { RunStatus } from "./runInfo.js";
import type { Trainer } from "./trainer.js";

export function runStatus(run: RunFolder, trainer: Trainer): Listener {
  return {
    fitStart({ metrics }) {
      const measured = metrics.map(({ name, unit, direction }) => ({ name, unit, direction }));
      run.updateInfo({ status: { state: "running", reason: null }, metrics: measured, monitor: trainer.monitor.name });
    },
    fitEnd({ status, reason = null }) {
      run.updateInfo({ status: { state: status, reason } });
    },
    fitFail({ error }) {
      run.updateInfo({ status: failed(error) });
    },
  };
}

/** What ended a training, as far as its first sentence. */
export function failed(error: unknown): RunStatus {
  const text = error instanceof Error ? error.message : String(error);
  return { state: "failed", reason: /^.+?[.!?](?=\s|$)/.exec(text)?.[0] ?? text.split("\n")[0] };
}
