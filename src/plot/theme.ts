/**
 * Themes: what each role of a scene looks like on light and on dark ground. Series colours follow Okabe and Ito, "Color Universal Design" (2008),
 * shifted for contrast: seven hues that people with any common colour blindness tell apart.
 */

/** "auto" follows the reader's preference, within the SVG itself. */
export type Theme = "auto" | "light" | "dark";

export const seriesColours = 7;

const light = {
  ground: "#ffffff",
  ink: "#1f2328",
  muted: "#59636e",
  axis: "#818b98",
  grid: "#e7eaee",
  surface: "#f3f5f7",
  series1: "#0068ad",
  series2: "#c94a00",
  series3: "#00a078",
  series4: "#c871a5",
  series5: "#dc9200",
  series6: "#45a5e0",
  series7: "#33383f",
  good: "#007a5c",
  bad: "#c94a00",
} as const;

export type Role = keyof typeof light;

const dark: Readonly<Record<Role, string>> = {
  ground: "#0f141a",
  ink: "#f0f3f6",
  muted: "#a6afba",
  axis: "#6e7884",
  grid: "#262d36",
  surface: "#1a212a",
  series1: "#4ea5ea",
  series2: "#f0813a",
  series3: "#1fc796",
  series4: "#e79ac6",
  series5: "#f5cf4a",
  series6: "#b4defa",
  series7: "#ffffff",
  good: "#1fc796",
  bad: "#f0813a",
};

const themes = { light, dark };

const isRole = (paint: string): paint is Role => Object.hasOwn(light, paint);

/** What a paint is in a theme: a colour, or a variable of the style sheet. */
export function colourOf(paint: string, theme: Theme): string {
  if (!isRole(paint)) return paint;
  return theme === "auto" ? `var(--nabla-${paint})` : themes[theme][paint];
}

/** The class of a figure that follows the reader's preference. */
export const figureClass = "nabla-figure";

const declarations = (colours: Readonly<Record<Role, string>>): string =>
  Object.entries(colours).map(([role, colour]) => `--nabla-${role}:${colour}`).join(";");

/**
 * Variables of a figure: dark where the reader prefers it, or where a page says `data-theme="dark"`. Specificity is 0, so that a page may set
 * `.nabla-figure { --nabla-ground: … }`.
 */
export const styleSheet =
  `:where(.${figureClass}){${declarations(light)}}` +
  `@media (prefers-color-scheme:dark){:where(:root:not([data-theme="light"]) .${figureClass},.${figureClass}:root){${declarations(dark)}}}` +
  `:where([data-theme="dark"] .${figureClass}){${declarations(dark)}}`;
