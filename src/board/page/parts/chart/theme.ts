/** The theme that is shown, for what is drawn by script: light or dark, and the colours of the style sheet. */

import { signal } from "@preact/signals";

const prefersDark = matchMedia("(prefers-color-scheme: dark)");

const current = (): "light" | "dark" => {
  const said = document.documentElement.dataset.theme;
  return said === "light" || said === "dark" ? said : prefersDark.matches ? "dark" : "light";
};

/** Changes when the reader, or the system at dusk, does. */
export const theme = signal(current());

prefersDark.addEventListener("change", () => (theme.value = current()));
new MutationObserver(() => (theme.value = current())).observe(document.documentElement, { attributeFilter: ["data-theme"] });

/** The value of a variable of the style sheet in the theme that is shown, such as `colour("series1")`. */
export const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
