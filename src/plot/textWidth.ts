/** How wide a text will be, before a font is at hand: advance widths of Source Sans 3, with a reserve for the fonts that stand in for it. */

/** Hundredths of the font size, from the space to the tilde. */
const widths = [
  20, 29, 43, 50, 50, 82, 61, 25, 30, 30, 42, 50, 25, 31, 25, 35, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 25, 25, 50, 50, 50, 43, 85, 54, 59, 57, 62, 53, 49,
  62, 65, 26, 48, 58, 49, 73, 65, 66, 57, 66, 57, 53, 54, 65, 52, 79, 51, 48, 54, 30, 35, 30, 50, 50, 54, 50, 55, 46, 56, 50, 29, 50, 54, 25, 25, 50, 26, 83,
  55, 54, 56, 56, 35, 42, 34, 54, 47, 72, 45, 47, 43, 30, 24, 30, 50,
];

const reserve = 1.08;

/** Chinese, Japanese and Korean letters, and pictures, are as wide as high. */
const isWide = (code: number): boolean => (code >= 0x2e80 && code <= 0xd7ff) || (code >= 0xf900 && code <= 0xffef) || code >= 0x1f300;

/** Superscripts and subscripts are small. */
const isSmall = (code: number): boolean => (code >= 0x2070 && code <= 0x209c) || code === 0xb2 || code === 0xb3 || code === 0xb9;

/** Pixels. */
export function textWidth(text: string, size = 13): number {
  let sum = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    sum += code >= 32 && code < 127 ? widths[code - 32] : isWide(code) ? 100 : isSmall(code) ? 32 : 55;
  }
  return (reserve * size * sum) / 100;
}

/** `text`, shortened with an ellipsis where it is wider than `width` pixels. */
export function fitted(text: string, width: number, size = 13): string {
  if (textWidth(text, size) <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 1 && textWidth(`${characters.join("")}…`, size) > width) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}

/** Words of `text` in lines of at most `width` pixels, at most `lines` of them. */
export function wrapped(text: string, width: number, { size = 13, lines = 2 }: { readonly size?: number; readonly lines?: number } = {}): string[] {
  const out: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = out.at(-1);
    if (last !== undefined && (out.length === lines || textWidth(`${last} ${word}`, size) <= width)) out[out.length - 1] = `${last} ${word}`;
    else out.push(word);
  }
  return out.map((each) => fitted(each, width, size));
}
