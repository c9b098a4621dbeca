/** Labs: experiments that are run, compared with a text, and changed. */

export { defineLab, type Lab, type LabDefinition, type LabFigure, type LabFitOptions, type LabMode, type LabRow } from "./lab.js";
export { LabError } from "./errors.js";
export type { ClaimValue } from "./claims.js";
export type { Setting, SettingDefinitions, SettingRange, SettingValue, SettingValues } from "./settings.js";
