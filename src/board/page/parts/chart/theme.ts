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

/** Never seen: the browser works out on it what a colour is in the theme that is shown. */
const probe = document.createElement("span");
probe.hidden = true;

/** A colour of the style sheet in the theme that is shown, such as `colour("series1")`, as "rgb(0, 104, 173)". */
export function colour(name: string): string {
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}
