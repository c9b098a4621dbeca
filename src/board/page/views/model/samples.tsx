/** The samples that were followed through the network, to choose one. */

import type { Inspection, RunSummary } from "../../../protocol.js";
import { runPath } from "../../api.js";
import { choose, param } from "./state.js";
import { percent, value } from "./words.js";

export const className = (inspection: Inspection, label: number): string => inspection.classes?.[label] ?? `class ${label}`;

/** The place of the chosen sample in `inspection.samples`. */
export function chosenSample({ samples }: Inspection): number {
  const asked = Number(param("sample", "0"));
  return Number.isInteger(asked) && asked >= 0 && asked < samples.length ? asked : 0;
}

/** The address of a picture; the epoch makes it another one after each. */
export const pictureOf = (run: RunSummary, { epoch }: Inspection, sample: number, layer?: string): string =>
  `api/${runPath(run.id)}/inspection/maps?${new URLSearchParams({ sample: String(sample), ...(layer !== undefined && { layer }), epoch: String(epoch) }).toString()}`;

export interface SamplesProps {
  readonly run: RunSummary;
  readonly inspection: Inspection;
  /** Whether the samples are images. */
  readonly pictures: boolean;
}

export function Samples({ run, inspection, pictures }: SamplesProps): preact.JSX.Element {
  const chosen = chosenSample(inspection);
  return (
    <ul class="samples" aria-label="Samples">
      {inspection.samples.map(({ index, label, top }, i) => {
        const right = label === null || top[0]?.label === label;
        const said = [label === null ? null : className(inspection, label), top[0] === undefined || right ? null : `taken for ${className(inspection, top[0].label)}`].filter((part) => part !== null).join(", ");
        return (
          <li key={index}>
            <button type="button" aria-pressed={i === chosen} onClick={() => choose({ sample: String(i) })}>
              {pictures && <img src={pictureOf(run, inspection, i)} alt="" width="64" height="64" />}
              <span class="name">Sample {index}</span>
              <span class={right ? "quiet" : "problem"}>{said}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** What the network says of the chosen sample. */
export function Answer({ inspection }: { readonly inspection: Inspection }): preact.JSX.Element {
  const { label, loss, top, index } = inspection.samples[chosenSample(inspection)];
  return (
    <section class="card answer" aria-labelledby="answer-title">
      <h2 id="answer-title">Sample {index}</h2>
      <p>Loss {value(loss)}{label !== null && <>, the right class is <strong>{className(inspection, label)}</strong></>}.</p>
      {top.length > 0 && (
        <table class="shares">
          <thead>
            <tr>
              <th scope="col">class</th>
              <th scope="col">probability</th>
            </tr>
          </thead>
          <tbody>
            {top.map((each) => (
              <tr key={each.label}>
                <th scope="row">{className(inspection, each.label)}{each.label === label ? " ✓" : ""}</th>
                <td><span class="share" aria-hidden="true"><span style={{ width: `${100 * each.probability}%` }} /></span> {percent(each.probability)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
