/** Numbers and names in words, as all parts of the predictions write them. */

import { fixedText, numberText } from "../../../../plot/numberText.js";

/** A share as a percentage of three digits; "–" where there is none. */
export const percent = (share: number | null): string => (share === null ? "–" : `${numberText(100 * share, 3)} %`);

/** A share of a row, with one decimal. */
export const shareText = (share: number | null): string => (share === null ? "–" : `${fixedText(100 * share, 1)} %`);

/** A probability with three decimals. What is not 0 does not read so. */
export const probabilityText = (probability: number): string => (probability > 0 && probability < 0.0005 ? "< 0.001" : fixedText(probability, 3));

export const decimals = (value: number | null, digits = 3): string => (value === null ? "–" : fixedText(value, digits));

export const count = (value: number): string => numberText(value, 12);

/** "1 sample", "2 samples". */
export const counted = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;
