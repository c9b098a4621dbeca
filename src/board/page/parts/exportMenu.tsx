/** Menu of a chart, or of a table: take it away as SVG, PNG or CSV. */

import { useEffect, useRef, useState } from "preact/hooks";
import { download, fileName, pngOfSvg } from "./chart/download.js";
import type { Picture } from "./chart/pictureOf.js";
import { theme } from "./chart/theme.js";
import "./exportMenu.css";

type Eventually<T> = T | Promise<T>;

export interface ExportMenuProps {
  /** What the chart is called: names the files, and the menu to people who do not see it. */
  readonly name: string;
  /** The chart as a figure of plot, or a drawing of the page, made when it is asked for. Without it there is neither SVG nor PNG. */
  readonly figure?: () => Eventually<Picture>;
  /** Its numbers, made when they are asked for. */
  readonly csv?: () => Eventually<string>;
  /** A small chart that is the button itself; the formats then lie beside it. */
  readonly children?: preact.ComponentChildren;
  /** What such a chart shows, in words. */
  readonly said?: string;
}

/** A button that opens the choice of formats. Figures are in the colours that the page has at that time. */
export function ExportMenu({ name, figure, csv, children, said }: ExportMenuProps): preact.JSX.Element {
  const menu = useRef<HTMLDetailsElement>(null);
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState("");
  const close = (): void => {
    if (menu.current?.open) menu.current.open = false;
  };
  useEffect(() => {
    const outside = (event: Event): void => {
      if (event.target instanceof Node && !menu.current?.contains(event.target)) close();
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, []);
  const save = async (ending: string, make: () => Eventually<Blob>): Promise<void> => {
    try {
      download(`${fileName(name)}.${ending}`, await make());
      setProblem("");
      close();
      menu.current?.querySelector("summary")?.focus();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const formats: Readonly<Record<string, (() => Promise<Blob>) | undefined>> = {
    svg: figure && (async () => new Blob([(await figure()).svg({ theme: theme.value })], { type: "image/svg+xml" })),
    png: figure && (async () => {
      const drawn = await figure();
      return pngOfSvg(drawn.svg({ theme: theme.value }), drawn);
    }),
    csv: csv && (async () => new Blob([await csv()], { type: "text/csv" })),
  };
  return (
    <details
      class={children === undefined ? "export" : "export small"}
      ref={menu}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !menu.current?.open) return;
        event.stopPropagation();
        close();
        menu.current.querySelector("summary")?.focus();
      }}
      onFocusOut={(event) => {
        if (event.relatedTarget instanceof Node && !menu.current?.contains(event.relatedTarget)) close();
      }}
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
        setProblem("");
      }}
    >
      <summary aria-label={said === undefined ? `Export ${name}` : `${said}. Export ${name}`}>{children ?? "Export"}</summary>
      <div class="formats">
        {open && Object.entries(formats).map(([ending, make]) => make && <button key={ending} type="button" onClick={() => void save(ending, make)}>{ending.toUpperCase()}</button>)}
        {problem !== "" && <p class="problem" role="alert">{problem}</p>}
      </div>
    </details>
  );
}
