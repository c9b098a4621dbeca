/** Swatch: how a line looks. */

import { markRadius, pointOutline } from "../../../../plot/legend.js";

export interface SwatchProps {
  /** Name of the colour in the style sheet. */
  readonly paint: string;
  readonly mark?: number;
  readonly dash?: readonly number[];
  readonly width?: number;
}

export function Swatch({ paint, mark, dash = [], width = 2 }: SwatchProps): preact.JSX.Element {
  const outline = mark === undefined ? null : pointOutline(mark, 11, 5, markRadius);
  return (
    <svg class="swatch" width="22" height="10" viewBox="0 0 22 10" aria-hidden="true">
      <line x1="1" x2="21" y1="5" y2="5" stroke={`var(--${paint})`} stroke-width={width} stroke-dasharray={dash.length === 0 ? undefined : dash.join(" ")} />
      {outline !== null ? <path d={outline} fill={`var(--${paint})`} /> : mark !== undefined && <circle cx="11" cy="5" r={markRadius} fill={`var(--${paint})`} />}
    </svg>
  );
}
