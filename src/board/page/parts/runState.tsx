/** The state of a run: a sign and a word, never colour alone; while it runs, how far it is. */

import type { RunState, RunSummary } from "../../protocol.js";

/** In a square of 16. */
const signs: Readonly<Record<RunState, string>> = {
  running: "M4 2.5v11l9.5-5.5z",
  finished: "M2.5 8.5l3.5 3.5 7.5-8",
  stopped: "M3.5 3.5h9v9h-9z",
  interrupted: "M8 2v6.5M8 12v1.5",
  failed: "M3.5 3.5l9 9M12.5 3.5l-9 9",
};

const filled: ReadonlySet<RunState> = new Set(["running", "stopped"]);

export function RunStateBadge({ run }: { readonly run: RunSummary }): preact.JSX.Element {
  const { state, epochsDone, epochs, reason } = run;
  return (
    <span class={`badge state ${state}`} title={reason ?? undefined}>
      <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
        <path d={signs[state]} fill={filled.has(state) ? "currentColor" : "none"} stroke="currentColor" stroke-width={filled.has(state) ? 0 : 2.2} stroke-linecap="round" stroke-linejoin="round" />
      </svg>
      <span>{state}</span>
      {state === "running" && epochs !== null && (
        <>
          <progress max={epochs} value={epochsDone} aria-label={`epochs of ${run.name}`} />
          <span class="number">{epochsDone}/{epochs}</span>
        </>
      )}
      {state === "running" && epochs === null && epochsDone > 0 && <span class="number">{epochsDone} {epochsDone === 1 ? "epoch" : "epochs"}</span>}
    </span>
  );
}
