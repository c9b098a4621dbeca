/** Values of maps as bytes, which colours are looked up by. */

/** −1 … 1 as 1 … 255; 128 for what is no number. */
export const byteOf = (value: number): number => (Number.isNaN(value) ? 128 : 128 + Math.round(127 * Math.max(-1, Math.min(1, value))));
