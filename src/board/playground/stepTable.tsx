/** What one batch did, layer by layer. */

import { metricText } from "../page/parts/text.js";
import { numberText } from "../../plot/numberText.js";
import type { ParameterPlace } from "./protocol.js";
import type { Session } from "./session.js";

export function StepTable({ session }: { readonly session: Session }): preact.JSX.Element | null {
  const report = session.frame.value?.report;
  const config = session.built.value;
  const points = session.points.value;
  if (report === null || report === undefined || config === null || points === null) return null;
  const columns = session.columns.value;
  /** The row says which layer it is. */
  const shortName = ({ column, unit, from }: ParameterPlace): string => {
    const to = column < columns.length - 1 ? `unit ${unit + 1}` : columns[column] === 1 ? "output" : points.classes[unit];
    if (from === null) return `bias of ${to}`;
    return `${column === 1 ? config.inputs[from] : `unit ${from + 1}`} → ${to}`;
  };
  const { step, loss, penalty, lossAfter, layers } = report;
  return (
    <section class="card step" aria-label={`What batch ${step} did`}>
      <h2>What batch {step} did</h2>
      <p>
        {report.points} points had a mean loss of {metricText(loss)}{penalty === 0 ? "" : `, and the weights a penalty of ${metricText(penalty)}`}. After the step, the loss of
        the same points is {metricText(lossAfter)}. ‖ ‖ is the length of all gradients, or weights and biases, of a layer as one vector.
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Changes by layer">
        <table>
          <thead>
            <tr><th scope="col">Layer</th><th scope="col" class="number">‖gradient‖</th><th scope="col" class="number">‖weights‖</th><th scope="col">Largest change</th><th scope="col" class="number">from → to</th></tr>
          </thead>
          <tbody>
            {layers.map(({ gradient, length, place, before, after }, l) => (
              <tr key={place.column}>
                <th scope="row">{l === layers.length - 1 ? "output" : `layer ${l + 1}`}</th>
                <td class="number">{numberText(gradient, 3)}</td>
                <td class="number">{numberText(length, 3)}</td>
                <td class="place">{shortName(place)}</td>
                <td class="number">{numberText(before)} → {numberText(after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
