/** Theme: light or dark as the system says, or as the reader chose; the choice is remembered in this browser. */

import { effect, signal } from "@preact/signals";

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

export const themeChoice = signal<ThemeChoice>(stored());

effect(() => {
  const choice = themeChoice.value;
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  try {
    if (choice === "system") localStorage.removeItem(key);
    else localStorage.setItem(key, choice);
  } catch {
    // The choice holds for this page alone.
  }
});
