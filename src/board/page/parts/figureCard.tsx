/** A chart of the library on the page: as wide as its place, with a heading and the menu that exports it. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Figure } from "../../../plot/figure.js";
import type { FigureOptions } from "../../../plot/options.js";
import { ExportMenu } from "./exportMenu.js";
import "./figureCard.css";

export interface FigureCardProps {
  readonly title: string;
  /** Names the exported files, and is the title within them. Default: `title`. */
  readonly name?: string;
  /** Draws the chart; the same function as long as the data are the same. */
  readonly draw: (options: FigureOptions) => Figure;
  /** The numbers of the chart. */
  readonly csv: () => string;
  /** Pixels beyond which a wider place makes a larger picture of the chart, not a wider chart. @default 1100 */
  readonly widest?: number;
  /** Above the chart: what it says in words, controls. */
  readonly children?: ComponentChildren;
}

export function FigureCard({ title, name = title, draw, csv, widest = 1100, children }: FigureCardProps): preact.JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const measure = (): void => {
      const room = place.current?.clientWidth ?? 0;
      if (room > 0) setWidth(Math.min(widest, Math.max(240, room)));
    };
    measure();
    const observer = new ResizeObserver(measure);
    if (place.current !== null) observer.observe(place.current);
    return () => observer.disconnect();
  }, [widest]);
  const svg = useMemo(() => (width === 0 ? "" : draw({ width }).svg()), [draw, width]);
  return (
    <section class="card figure-card" aria-label={title}>
      <header class="card-head">
        <h2>{title}</h2>
        <ExportMenu name={name} figure={() => draw({ title: name, width: 900 })} csv={csv} />
      </header>
      {children}
      <div class="figure" ref={place} dangerouslySetInnerHTML={{ __html: svg }} />
    </section>
  );
}
