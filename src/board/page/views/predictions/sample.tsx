/** One sample: its picture, what it is, what it was taken for, how sure the network was. */

import type { ClassReport, PredictionItem } from "../../../protocol.js";
import { runPath } from "../../api.js";
import { choose } from "./parameters.js";
import { probabilityText } from "./words.js";

export interface SampleProps {
  readonly run: string;
  readonly item: PredictionItem;
  readonly classes: readonly ClassReport[];
}

export const imageOf = (run: string, index: number): string => `api/${runPath(run)}/predictions/image?index=${index}`;

/** "dog taken for cat", or "cat, right". */
export const verdict = ({ label, predicted }: PredictionItem, classes: readonly ClassReport[]): string =>
  label === predicted ? `${classes[label].name}, right` : `${classes[label].name} taken for ${classes[predicted].name}`;

export function Sample({ run, item, classes }: SampleProps): preact.JSX.Element {
  const { index, label, predicted, hasImage } = item;
  return (
    <article class="sample">
      <button type="button" class="picture" data-sample={index} aria-label={`Sample ${index}: ${verdict(item, classes)}. Show it large.`} onClick={() => choose({ item: index })}>
        {hasImage ? <img src={imageOf(run, index)} alt="" width="96" height="96" loading="lazy" decoding="async" /> : <span class="quiet">no picture kept</span>}
      </button>
      <div class="verdict">
        <p>{label === predicted ? <><span class="good" aria-hidden="true">✓ </span>{classes[label].name}</> : <>{classes[label].name} <span class="quiet">taken for</span> {classes[predicted].name}</>}</p>
        <Likeliest item={item} classes={classes} />
      </div>
    </article>
  );
}

/** The likeliest classes with their probabilities, the true one marked. */
export function Likeliest({ item: { top, label }, classes }: Pick<SampleProps, "item" | "classes">): preact.JSX.Element {
  return (
    <ol class="likeliest" aria-label="Likeliest classes">
      {top.map(({ label: each, probability }) => (
        <li key={each} class={each === label ? "true" : undefined} style={`--share: ${(100 * probability).toFixed(1)}%`}>
          <span class="name">{classes[each].name}{each === label && <span aria-label=", the true class"> ✓</span>}</span> <span class="probability">{probabilityText(probability)}</span>
        </li>
      ))}
    </ol>
  );
}
