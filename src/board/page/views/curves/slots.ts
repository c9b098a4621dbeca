/** Slots: which look each run has in all charts. A run keeps its slot for as long as it is chosen, whatever comes and goes around it. */

import { seriesMark, seriesPaint } from "../../../../plot/colours.js";

/** The slots of `ids`: those they had, else the lowest free ones. */
export function assignSlots(before: ReadonlyMap<string, number>, ids: readonly string[]): Map<string, number> {
  const slots = new Map<string, number>();
  const taken = new Set(ids.map((id) => before.get(id)));
  let next = 0;
  for (const id of ids) {
    let slot = before.get(id);
    if (slot === undefined) {
      while (taken.has(next)) next++;
      slot = next++;
    }
    slots.set(id, slot);
  }
  return slots;
}

/** How a run is drawn: the name of its colour in the style sheet, and where that is not its own, the mark on its curves; as in the figures of `plot.curves`. */
export const lookOf = (slot: number): { readonly paint: string; readonly mark: number | undefined } => ({ paint: seriesPaint(slot), mark: seriesMark(slot) });

/** The dashes of all validation curves. */
export const validationDash: readonly number[] = [5, 4];
