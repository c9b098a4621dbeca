/** Swatch: how a line looks. */

/** @param paint name of the colour in the style sheet */
export function Swatch({ paint, dash, width = 2 }: { readonly paint: string; readonly dash: readonly number[]; readonly width?: number }): preact.JSX.Element {
  return (
    <svg class="swatch" width="22" height="10" viewBox="0 0 22 10" aria-hidden="true">
      <line x1="1" x2="21" y1="5" y2="5" stroke={`var(--${paint})`} stroke-width={width} stroke-dasharray={dash.length === 0 ? undefined : dash.join(" ")} />
    </svg>
  );
}
