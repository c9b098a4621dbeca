/** Theme: light or dark as the system says, or as the reader chose; the choice is remembered in this browser. */

import { computed, effect, signal } from "@preact/signals";

export type ThemeChoice = "system" | "light" | "dark";

const key = "nabla-theme";

const stored = (): ThemeChoice => {
  try {
    const value = localStorage.getItem(key);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system"; // a browser that keeps nothing
  }
};

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const systemDark = signal(prefersDark.matches);
prefersDark.addEventListener("change", (event) => (systemDark.value = event.matches));

export const themeChoice = signal<ThemeChoice>(stored());

// Before all that follows the theme, so that these find the new colours.
effect(() => {
  const choice = themeChoice.value;
  if (choice === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = choice;
  try {
    if (choice === "system") localStorage.removeItem(key);
    else localStorage.setItem(key, choice);
  } catch {
    // The choice holds for this page alone.
  }
});

/** What is shown; what is drawn by script, which knows no style sheets, is drawn again when it changes. */
export const shownTheme = computed<"light" | "dark">(() => (themeChoice.value === "system" ? (systemDark.value ? "dark" : "light") : themeChoice.value));
