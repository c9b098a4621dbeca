/** Samples without pictures, as rows. */

import type { ClassReport, PredictionItem } from "../../../protocol.js";
import { choose } from "./parameters.js";
import { decimals, probabilityText } from "./words.js";

export interface SampleTableProps {
  readonly items: readonly PredictionItem[];
  readonly classes: readonly ClassReport[];
  /** What these samples are, for those who do not see where the table lies. */
  readonly name: string;
}

export function SampleTable({ items, classes, name }: SampleTableProps): preact.JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={name}>
      <table>
        <thead>
          <tr><th scope="col">Sample</th><th scope="col">True class</th><th scope="col">Predicted class</th><th scope="col" class="number">Loss</th><th scope="col">Likeliest classes</th></tr>
        </thead>
        <tbody>
          {items.map(({ index, label, predicted, loss, top }) => (
            <tr key={index}>
              <th scope="row"><button type="button" class="link" data-sample={index} onClick={() => choose({ item: index })}>{index}</button></th>
              <td>{classes[label].name}</td>
              <td>{classes[predicted].name}{label === predicted ? " ✓" : ""}</td>
              <td class="number">{decimals(loss)}</td>
              <td>{top.map((each) => `${classes[each.label].name} ${probabilityText(each.probability)}`).join(" · ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
