/**
 * Document: an HTML file that needs nothing else, its letters, colours and figures within it, for screens of any width, light or dark. Reports of labs
 * and exported runs are such. Node only.
 */

import { fontFaces } from "./documentFonts.js";
import { documentStyle } from "./documentStyle.js";

export interface DocumentInit {
  readonly title: string;
  /** Rules beside those that all documents have. */
  readonly style?: string;
  /** HTML: what came from elsewhere is escaped in it. */
  readonly body: string;
}

export function htmlDocument({ title, style = "", body }: DocumentInit): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapedText(title)}</title>
<style>${fontFaces()}
${documentStyle}
${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as content of an element or value of an attribute in double quotes. */
export const escapedText = (text: string): string => text.replaceAll(/[&<>"]/g, (sign) => entities[sign]);

/** A figure's SVG in its place: it shrinks with the screen, but not so far that its letters get too small; then it scrolls instead. */
export function drawing(svg: string): string {
  const width = /<svg[^>]*? width="([\d.]+)"/.exec(svg)?.[1];
  return `<div class="scroll drawing" tabindex="0"${width === undefined ? "" : ` style="--width:${width}px"`}>${svg}</div>`;
}
