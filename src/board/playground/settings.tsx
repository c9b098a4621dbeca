/** The configuration as a form. A change starts the run anew, so that a link and a program always mean all of it. */

import { useEffect, useId, useState } from "preact/hooks";
import {
  activationNames, type Config, dataNames, defaults, fits, hasClasses, initNames, inputNames, type Limits, limits, limitsText, mostLayers, optimizerNames, penaltyNames,
  usualNoise,
} from "./config.js";
import { PointsInput } from "./pointsInput.js";
import type { PointTable } from "./table.js";

export interface SettingsProps {
  readonly config: Config;
  readonly table: PointTable | null;
  readonly onChange: (config: Config) => void;
  readonly onPoints: (table: PointTable) => void;
}

const shown = {
  data: { circles: "Circles", moons: "Moons", spirals: "Spirals", xor: "Exclusive or", blobs: "Blobs", csv: "My own (CSV)" },
  activation: { tanh: "tanh", relu: "ReLU", leakyRelu: "leaky ReLU", sigmoid: "sigmoid", gelu: "GELU", silu: "SiLU", softplus: "softplus", linear: "none (linear)" },
  init: {
    default: "uniform ±1/√n", xavierNormal: "Xavier normal", xavierUniform: "Xavier uniform", kaimingNormal: "Kaiming normal", kaimingUniform: "Kaiming uniform",
    lecunNormal: "LeCun normal", orthogonal: "orthogonal", standardNormal: "normal, deviation 1", zeros: "all zero",
  },
  penalty: { none: "none", l1: "L1, Σ|w|", l2: "L2, Σw²" },
  optimizer: { sgd: "SGD", momentum: "SGD, momentum 0.9", nesterov: "Nesterov, 0.9", adagrad: "Adagrad", rmsprop: "RMSprop", adam: "Adam", adamw: "AdamW" },
} as const;

export function Settings({ config, table, onChange, onPoints }: SettingsProps): preact.JSX.Element {
  const set = (changes: Partial<Config>): void => onChange({ ...config, ...changes });
  const { data, layers, inputs } = config;
  return (
    <form class="settings" onSubmit={(event) => event.preventDefault()} aria-label="Configuration">
      <fieldset class="card">
        <legend>Points</legend>
        <Choice label="Set" names={dataNames} shown={shown.data} value={data} onChange={(name) => set({ data: name, noise: usualNoise[name], classes: defaults.classes })} />
        {data === "csv" ? <PointsInput table={table} onPoints={onPoints} /> : (
          <>
            {hasClasses(data) && <NumberField label="Classes" allowed={limits.classes} value={config.classes} onChange={(classes) => set({ classes })} />}
            <NumberField label="Points" allowed={limits.samples} step={50} value={config.samples} onChange={(samples) => set({ samples })} />
            <NumberField label="Noise" allowed={limits.noise} step={0.01} value={config.noise} onChange={(noise) => set({ noise })} />
          </>
        )}
        <NumberField label="Train share" allowed={limits.share} step={0.05} value={config.share} onChange={(share) => set({ share })} />
        <NumberField label="Seed" allowed={limits.seed} value={config.seed} onChange={(seed) => set({ seed })} />
      </fieldset>
      <fieldset class="card">
        <legend>Network</legend>
        <fieldset class="checks">
          <legend>Inputs</legend>
          {inputNames.map((name) => (
            <label key={name}>
              <input
                type="checkbox"
                checked={inputs.includes(name)}
                disabled={inputs.length === 1 && inputs[0] === name}
                onChange={({ currentTarget: { checked } }) => set({ inputs: inputNames.filter((each) => (each === name ? checked : inputs.includes(each))) })}
              />
              {name}
            </label>
          ))}
        </fieldset>
        <fieldset class="layers">
          <legend>{layers.length === 0 ? "No hidden layers" : "Units of the hidden layers"}</legend>
          {layers.map((units, i) => (
            <NumberField key={i} label={`Layer ${i + 1}`} allowed={limits.units} value={units} onChange={(next) => set({ layers: layers.with(i, next) })} />
          ))}
          <div class="buttons">
            <button type="button" disabled={layers.length === mostLayers} onClick={() => set({ layers: [...layers, layers.at(-1) ?? 4] })}>Add a layer</button>
            <button type="button" disabled={layers.length === 0} onClick={() => set({ layers: layers.slice(0, -1) })}>Remove one</button>
          </div>
        </fieldset>
        <Choice label="Activation" names={activationNames} shown={shown.activation} value={config.activation} onChange={(activation) => set({ activation })} />
        <Choice label="Initial weights" names={initNames} shown={shown.init} value={config.init} onChange={(init) => set({ init })} />
      </fieldset>
      <fieldset class="card">
        <legend>Training</legend>
        <Choice label="Optimiser" names={optimizerNames} shown={shown.optimizer} value={config.optimizer} onChange={(optimizer) => set({ optimizer })} />
        <NumberField label="Learning rate" allowed={limits.lr} step="any" suggestions={[0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.3, 1, 3]} value={config.lr} onChange={(lr) => set({ lr })} />
        <NumberField label="Batch size" allowed={limits.batch} value={config.batch} onChange={(batch) => set({ batch })} />
        <Choice label="Penalty" names={penaltyNames} shown={shown.penalty} value={config.penalty} onChange={(penalty) => set({ penalty })} />
        {config.penalty !== "none" && <NumberField label="Its rate" allowed={limits.rate} step="any" suggestions={[0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1]} value={config.rate} onChange={(rate) => set({ rate })} />}
        <p class="quiet">A change starts again from the seed.</p>
      </fieldset>
    </form>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly names: readonly T[];
  readonly shown: Readonly<Record<T, string>>;
  readonly value: T;
  readonly onChange: (value: T) => void;
}

function Choice<T extends string>({ label, names, shown: texts, value, onChange }: ChoiceProps<T>): preact.JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={({ currentTarget }) => onChange(currentTarget.value as T)}>
        {names.map((name) => <option key={name} value={name}>{texts[name]}</option>)}
      </select>
    </div>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly allowed: Limits;
  readonly step?: number | "any";
  readonly suggestions?: readonly number[];
  readonly value: number;
  readonly onChange: (value: number) => void;
}

/** Takes what is allowed; says what is, of anything else, and keeps the old value. */
function NumberField({ label, allowed, step = 1, suggestions, value, onChange }: NumberFieldProps): preact.JSX.Element {
  const id = useId();
  const [wrong, setWrong] = useState(false);
  useEffect(() => setWrong(false), [value]);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        step={step}
        min={allowed.low}
        max={allowed.high}
        value={value}
        list={suggestions === undefined ? undefined : `${id}-list`}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-hint` : undefined}
        onChange={({ currentTarget: { valueAsNumber } }) => {
          const fine = fits(valueAsNumber, allowed);
          setWrong(!fine);
          if (fine && valueAsNumber !== value) onChange(valueAsNumber);
        }}
      />
      {suggestions !== undefined && <datalist id={`${id}-list`}>{suggestions.map((each) => <option key={each} value={each} />)}</datalist>}
      {wrong && <p class="problem" id={`${id}-hint`}>{limitsText(allowed)}; still {value}.</p>}
    </div>
  );
}
