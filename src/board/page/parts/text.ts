/** Values in words, the same on the page and in exported runs. */

export { counted, durationText, metricText, momentText, type Value, valueText } from "../../text.js";
