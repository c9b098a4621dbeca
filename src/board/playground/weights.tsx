/** Weights and bias of the chosen neuron, as numbers that can be changed by hand. */

import { type Signal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { type Neuron, neuronName, parameterIndex } from "./network.js";
import type { ParameterPlace } from "./protocol.js";
import type { Session } from "./session.js";

export interface WeightsProps {
  readonly session: Session;
  readonly chosen: Signal<Neuron | null>;
  readonly weight: Signal<ParameterPlace | null>;
}

export function Weights({ session, chosen, weight }: WeightsProps): preact.JSX.Element {
  const columns = session.columns.value;
  const config = session.built.value;
  const points = session.points.value;
  const neuron = chosen.value;
  if (neuron === null || config === null || points === null || neuron.column >= columns.length) {
    return <p class="quiet">Choose a neuron to keep its map in view, and to read and set its weights.</p>;
  }
  const nameOf = (each: Neuron): string => neuronName(columns, each, config.inputs, points.classes);
  const name = nameOf(neuron);
  const { column, unit } = neuron;
  return (
    <section class="weights" aria-label={`Weights of ${name}`}>
      <header>
        <h3>{name}</h3>
        <button type="button" onClick={() => (chosen.value = null)}>Back to the output</button>
      </header>
      {column === 0 ? <p class="quiet">An input has no weights. It is standardised: mean 0 and deviation 1 over the points that are trained on.</p> : (
        <div class="fields">
          {[null, ...Array.from({ length: columns[column - 1] }, (_, from) => from)].map((from) => (
            <label key={`${column}.${unit}.${from}`}>
              <span>{from === null ? "bias" : nameOf({ column: column - 1, unit: from }).replace(/^input /, "")}</span>
              <WeightField session={session} place={{ column, unit, from }} weight={weight} />
            </label>
          ))}
        </div>
      )}
      {session.edited.value && <p class="quiet">Weights were set by hand in this run: neither the link nor the program knows of that.</p>}
    </section>
  );
}

/** Follows the training, but not while somebody writes into it. */
function WeightField({ session, place, weight }: { readonly session: Session; readonly place: ParameterPlace; readonly weight: Signal<ParameterPlace | null> }): preact.JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const { column, unit, from } = place;
  useSignalEffect(() => {
    const value = session.frame.value?.parameters[parameterIndex(session.columns.value, column, unit, from)];
    if (value !== undefined && field.current !== null && document.activeElement !== field.current) field.current.value = String(Number(value.toPrecision(4)));
  });
  return (
    <input
      ref={field}
      type="number"
      step="0.1"
      onFocus={() => (weight.value = place)}
      onBlur={() => (weight.value = null)}
      onChange={({ currentTarget }) => {
        const value = currentTarget.valueAsNumber;
        if (Number.isFinite(Math.fround(value))) session.edit(place, value);
      }}
    />
  );
}
