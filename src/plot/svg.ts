/** Scene to SVG: the only place where text becomes markup, and so the only one that escapes. */

import { type Group, type Item, type Shape, shown, type Size, type Style, type Text } from "./scene.js";
import { colourOf, figureClass, styleSheet, type Theme } from "./theme.js";

export interface SvgInit extends Size {
  readonly theme: Theme;
  /** What is read out: the name of the figure, and what it shows. */
  readonly title: string;
  readonly description: string;
  /** Writes a text as outlines, for renderers without fonts. Absent: as text. */
  readonly outline?: (text: Text) => string;
  /** Rules of CSS of the figure's own. */
  readonly css?: string;
}

const fontFamily = "'Source Sans 3','Source Sans Pro',system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";

/** An SVG document that scales to the width of its place. Same scene, same text. */
export function svgOf(items: readonly Item[], { width, height, theme, title, description, outline, css = "" }: SvgInit): string {
  // Names must differ between figures of one page, so they come from what is drawn.
  const draft = write(items, { theme, outline, prefix: "" });
  const prefix = `f${hash(draft + title)}`;
  const body = write(items, { theme, outline, prefix });
  const rules = (theme === "auto" ? styleSheet : "") + css;
  const size = `width="${shown(width)}" height="${shown(height)}" viewBox="0 0 ${shown(width)} ${shown(height)}"`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} class="${figureClass}" role="img" aria-labelledby="${prefix}-title ${prefix}-desc" ` +
    `font-family="${fontFamily}" style="max-width:100%;height:auto">` +
    `<title id="${prefix}-title">${escaped(title)}</title><desc id="${prefix}-desc">${escaped(description)}</desc>` +
    (rules === "" ? "" : `<style>${rules}</style>`) +
    `<rect width="100%" height="100%" fill="${colourOf("ground", theme)}"/>${body}</svg>\n`
  );
}

interface Context {
  readonly theme: Theme;
  readonly outline?: (text: Text) => string;
  readonly prefix: string;
}

function write(items: readonly Item[], context: Context): string {
  let clips = 0;
  const items_ = (list: readonly Item[]): string => list.map(item).join("");
  const item = (each: Item): string => (each.kind === "text" ? writeText(each, context) : each.kind === "shape" ? writeShape(each, context) : writeGroup(each));
  const writeGroup = ({ items: inner, x, y, scale, clip, name, title }: Group): string => {
    const moved = x !== 0 || y !== 0 ? `translate(${shown(x)},${shown(y)})` : "";
    const transform = moved + (scale === 1 ? "" : `scale(${Math.round(1e4 * scale) / 1e4})`);
    let definition = "";
    let clipped = "";
    if (clip !== undefined) {
      const id = `${context.prefix}-clip${++clips}`;
      definition = `<clipPath id="${id}"><rect${attributesOf({ ...clip })}/></clipPath>`;
      clipped = ` clip-path="url(#${id})"`;
    }
    const open = `<g${name === undefined ? "" : ` class="${escaped(name)}"`}${transform === "" ? "" : ` transform="${transform}"`}${clipped}>`;
    return `${definition}${open}${title === undefined ? "" : `<title>${escaped(title)}</title>`}${items_(inner)}</g>`;
  };
  return items_(items);
}

const attributesOf = (attributes: Readonly<Record<string, string | number>>): string =>
  Object.entries(attributes).map(([name, value]) => ` ${name}="${typeof value === "number" ? shown(value) : escaped(value)}"`).join("");

function writeShape({ tag, attributes, style, title }: Shape, { theme }: Context): string {
  const open = `<${tag}${attributesOf(attributes)}${tag === "image" ? "" : styleOf(style, theme)}`;
  return title === undefined ? `${open}/>` : `${open}><title>${escaped(title)}</title></${tag}>`;
}

function styleOf({ fill = "none", stroke, width = 1, dash, opacity, fillOpacity }: Style, theme: Theme): string {
  const strokes =
    stroke === undefined
      ? {}
      : { stroke: colourOf(stroke, theme), "stroke-width": width, "stroke-linejoin": "round", ...(dash === undefined ? { "stroke-linecap": "round" } : { "stroke-dasharray": dash }) };
  return attributesOf({
    fill: colourOf(fill, theme),
    ...(fillOpacity !== undefined && { "fill-opacity": fillOpacity }),
    ...strokes,
    ...(opacity !== undefined && { opacity }),
  });
}

function writeText(text: Text, { theme, outline }: Context): string {
  const { x, y, style } = text;
  const { size = 13, fill = "ink", anchor = "start", bold = false, rotate, halo } = style;
  const paint = {
    fill: colourOf(fill, theme),
    ...(halo !== undefined && { stroke: colourOf(halo, theme), "stroke-width": 0.28 * size, "stroke-linejoin": "round", "paint-order": "stroke" }),
  };
  const turned = rotate === undefined ? "" : ` transform="rotate(${shown(rotate)},${shown(x)},${shown(y)})"`;
  if (outline !== undefined) return `<path d="${outline(text)}"${attributesOf(paint)}${turned}/>`;
  const attributes = { x, y, "font-size": size, ...(anchor !== "start" && { "text-anchor": anchor }), ...(bold && { "font-weight": 600 }), ...paint };
  return `<text${attributesOf(attributes)}${turned}>${escaped(text.text)}</text>`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text as character data or attribute value. What XML cannot hold, control characters and half pairs of surrogates, becomes U+FFFD. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[\t\n\r]+/g, " ")
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u001f\u007f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd")
    .replaceAll(/[&<>"']/g, (character) => entities[character]);
}

/** FNV-1a, 32 bits, as eight digits. */
function hash(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h >>> 0).toString(16).padStart(8, "0");
}
