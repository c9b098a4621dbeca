/** Values in words, the same on the page and in exported runs. */

export { counted, durationText, metricText, momentText, type Value, valueText } from "../../text.js";

/** A name in a text, where no element can set it apart: signs in it that turn the direction of writing end with it. */
export const isolated = (name: string): string => `\u2068${name}\u2069`;
