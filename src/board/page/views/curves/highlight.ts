/** The run that is pointed at in the legend or the list, by mouse or keyboard: it stands out in all charts. */

import { signal } from "@preact/signals";

export const highlight = signal<string | null>(null);

/** Handlers of what stands for a run. */
export const pointing = (id: string): Readonly<Record<"onPointerEnter" | "onPointerLeave" | "onFocusIn" | "onFocusOut", () => void>> => {
  const begin = (): void => void (highlight.value = id);
  const end = (): void => {
    if (highlight.value === id) highlight.value = null;
  };
  return { onPointerEnter: begin, onPointerLeave: end, onFocusIn: begin, onFocusOut: end };
};
