/** Colours of the style sheet, for what is drawn by script. */

/** The value of a variable of the style sheet in the theme that is shown, such as `colour("series1")`. */
export const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
