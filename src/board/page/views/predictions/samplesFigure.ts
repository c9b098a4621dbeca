/** Samples as a picture to be taken away: their images, with what they are, what they were taken for, and how surely. */

import type { Figure } from "../../../../plot/figure.js";
import { type Picture, pictureGrid } from "../../../../plot/pictureGrid.js";
import type { ClassReport, PredictionItem } from "../../../protocol.js";
import { imageOf, verdict } from "./sample.js";
import { probabilityText } from "./words.js";

export interface SamplesFigureInit {
  readonly run: string;
  readonly items: readonly PredictionItem[];
  readonly classes: readonly ClassReport[];
  readonly title: string;
}

/** @throws Error where none of the samples has an image, or the server does not give one */
export async function samplesFigure({ run, items, classes, title }: SamplesFigureInit): Promise<Figure> {
  const images = await Promise.all(items.map(({ index, hasImage }) => (hasImage ? imageFile(imageOf(run, index)) : null)));
  const first = images.find((image) => image !== null);
  if (first === undefined) throw new Error("No picture of these samples was kept.");
  const { width, height } = await createImageBitmap(first);
  const pictures = await Promise.all(items.map(async (item, i): Promise<Picture> => {
    const { label, predicted, top } = item;
    const image = images[i];
    return {
      href: image === null ? null : await dataUri(image),
      caption: {
        shown: label === predicted ? classes[label].name : `${classes[label].name} → ${classes[predicted].name}`,
        more: probabilityText(top[0].probability),
        spoken: `${verdict(item, classes)}, with probability ${probabilityText(top[0].probability)}${image === null ? ", no picture kept" : ""}`,
        wrong: label !== predicted,
      },
    };
  }));
  return pictureGrid(pictures, { size: { width, height }, options: { title, width: Math.min(1200, Math.max(480, 28 + 100 * Math.ceil(Math.sqrt(1.4 * items.length)))) } });
}

async function imageFile(address: string): Promise<Blob> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`The server did not give the picture of a sample; it answered ${answer.status}.`);
  return answer.blob();
}

const dataUri = (file: Blob): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(new Error("A picture could not be read."));
    reader.readAsDataURL(file);
  });
