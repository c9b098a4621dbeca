/** Drawing of pictures in rows and columns, with captions; it knows their files, not their pixels, and reads no tensors. */

import { Figure, titleHeight } from "./figure.js";
import type { FigureOptions } from "./options.js";
import { edge } from "./panel.js";
import { centred, group, image, type Item, rect, type Size } from "./scene.js";
import { fitted } from "./textWidth.js";

/** What stands under a picture, and what is read out. */
export interface Caption {
  readonly shown: string;
  readonly spoken: string;
  /** It shows a mistake. */
  readonly wrong: boolean;
  /** A second line. */
  readonly more?: string;
}

export interface Picture {
  /** A data URI. Null: it was not kept, and there is its frame alone. */
  readonly href: string | null;
  readonly caption?: Caption;
}

export interface PictureGridInit {
  /** Of each picture, in its own pixels. */
  readonly size: Size;
  /** Default: some more than rows, as far as the width allows. */
  readonly columns?: number;
  readonly options: FigureOptions;
}

const gap = 8;
const letters = 11.5;
const lineHeight = 16;

export function pictureGrid(pictures: readonly Picture[], { size, columns: given, options }: PictureGridInit): Figure {
  const captions = pictures.flatMap(({ caption }) => caption ?? []);
  const captioned = captions.length > 0;
  const least = captioned ? 76 : 44;
  const columnsIn = (width: number): number => Math.min(pictures.length, given ?? Math.max(1, Math.min(Math.ceil(Math.sqrt(pictures.length * 1.4)), Math.floor((width - 2 * edge) / least))));
  const rowsIn = (width: number): number => Math.ceil(pictures.length / columnsIn(width));
  const proportion = size.height / size.width;
  const below = !captioned ? 0 : captions.some(({ more }) => more !== undefined) ? 20 + lineHeight : 20;
  const cell = Math.max(captioned ? 84 : 60, Math.min(120, 2 * size.width));
  const said = captioned ? `: ${captions.map(({ spoken }) => spoken).join("; ")}` : "";
  return new Figure({
    options,
    width: Math.max(220, Math.min(720, columnsIn(720) * cell + 2 * edge)),
    heightOf: (width) => rowsIn(width) * (((width - 2 * edge) / columnsIn(width) - gap) * proportion + gap + below) + 18 + titleHeight(options),
    kind: "Images",
    summary: `${pictures.length} ${pictures.length === 1 ? "image" : "images"} of ${size.width} × ${size.height} pixels${said}.`,
    draw: (place) => {
      const [columns, rows] = [columnsIn(place.width), rowsIn(place.width)];
      const unit = Math.min((place.width - 2 * edge) / columns, ((place.height - 14) / rows - gap - below) / proportion + gap);
      const [w, h] = [Math.max(2, unit - gap), Math.max(2, (unit - gap) * proportion)];
      const left = (place.width - columns * unit) / 2;
      return pictures.map(({ href, caption }, i): Item => {
        const box = { x: left + (i % columns) * unit + gap / 2, y: 10 + Math.floor(i / columns) * (h + gap + below), width: w, height: h };
        const wrong = caption?.wrong === true;
        const line = (content: string, row: number, fill: string, bold = false): Item =>
          centred(fitted(content, unit - 4, letters), box.x + w / 2, box.y + h + 12 + row * lineHeight, { size: letters, anchor: "middle", fill, bold });
        return group([
          ...(href === null ? [] : [image(box, href, caption?.spoken)]),
          rect(box, { stroke: wrong ? "bad" : "grid", width: wrong ? 2 : 1 }, href === null ? { title: caption?.spoken } : {}),
          ...(caption === undefined ? [] : [line(caption.shown, 0, wrong ? "bad" : "ink", wrong)]),
          ...(caption?.more === undefined ? [] : [line(caption.more, 1, "muted")]),
        ], { name: "picture" });
      });
    },
  });
}
