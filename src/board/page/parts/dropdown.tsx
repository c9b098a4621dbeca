/** Dropdown: a disclosure whose content lies above the page. Escape and a click elsewhere close it. */

import { useEffect, useRef } from "preact/hooks";

export interface DropdownProps {
  readonly summary: preact.ComponentChildren;
  readonly class?: string;
  readonly children: preact.ComponentChildren;
}

export function Dropdown({ summary, children, class: style = "" }: DropdownProps): preact.JSX.Element {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: PointerEvent): void => {
      if (details.current?.open === true && !details.current.contains(event.target as Node)) details.current.open = false;
    };
    document.addEventListener("pointerdown", close);
    return () => document.removeEventListener("pointerdown", close);
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || details.current?.open !== true) return;
    details.current.open = false;
    details.current.querySelector("summary")?.focus();
  };
  return (
    <details ref={details} class={`dropdown ${style}`} onKeyDown={onKeyDown}>
      <summary>{summary}</summary>
      <div class="panel" tabIndex={0}>{children}</div>
    </details>
  );
}
