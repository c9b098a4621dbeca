/** Playground: a small network on points of the plane, trained in the browser by the library itself. Its whole configuration is in the address. */

import { type Signal, signal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Figure } from "../../plot/figure.js";
import { href, navigate, route } from "../page/routes.js";
import { ExportMenu } from "../page/parts/exportMenu.js";
import { metricText } from "../page/parts/text.js";
import { type Config, readConfig, writeConfig } from "./config.js";
import { Diagram, neuronPictures } from "./diagram.js";
import { diagramFigure, type DrawnNetwork, weightsCsv } from "./diagramFigure.js";
import { type Neuron, neuronName, sameNeuron } from "./network.js";
import { mapCsv, mapFigure } from "./mapFigure.js";
import { OutputMap } from "./outputMap.js";
import { ProgramDialog } from "./programDialog.js";
import type { Pace, ParameterPlace } from "./protocol.js";
import { ScoreCurves } from "./scoreCurves.js";
import { Session } from "./session.js";
import { Settings } from "./settings.js";
import { StepTable } from "./stepTable.js";
import type { PointTable } from "./table.js";
import { Weights } from "./weights.js";
import "./playground.css";

const paces: readonly (readonly [name: string, pace: Pace])[] = [
  ["1 batch a frame", 1], ["3 batches a frame", 3], ["10 batches a frame", 10], ["50 batches a frame", 50], ["full speed", null],
];
const usualPace = 2;

/** The points outlive the view, as the address does; they are not in it. */
let lastTable: PointTable | null = null;

interface State {
  readonly session: Session;
  readonly glanced: Signal<Neuron | null>;
  readonly chosen: Signal<Neuron | null>;
  readonly weight: Signal<ParameterPlace | null>;
  readonly notes: Signal<readonly string[]>;
}

function begin(): State {
  const session = new Session(paces[usualPace][1]);
  session.table.value = lastTable;
  return { session, glanced: signal(null), chosen: signal(null), weight: signal(null), notes: signal([]) };
}

/** The address decides: whoever changes the configuration changes it there. */
const change = (config: Config): void => navigate(href("playground", writeConfig(config)), { replace: true });

const address = (config: Config): string => writeConfig(config).toString();

/** What decides which neurons there are. */
const shape = ({ data, classes, inputs, layers }: Config): string => [data, classes, inputs, layers].join(" ");

export default function Playground(): preact.JSX.Element {
  const state = useMemo(begin, []);
  const { session, glanced, chosen, weight, notes } = state;
  useEffect(() => () => session.close(), [session]);
  /** Neurons of a network that is no more. */
  const forget = (): void => {
    chosen.value = null;
    glanced.value = null;
    weight.value = null;
    session.show(null);
  };
  useSignalEffect(() => {
    const { view, params } = route.value;
    if (view !== "playground") return;
    const read = readConfig(params);
    notes.value = read.notes;
    const before = session.config.peek();
    if (before !== null && address(before) === address(read.config)) return;
    if (before === null || shape(before) !== shape(read.config)) forget();
    session.build(read.config);
  });
  useSignalEffect(() => session.show(glanced.value ?? chosen.value));
  const [program, setProgram] = useState(false);
  const config = session.config.value;
  if (config === null) return <h1>Playground</h1>;
  const takePoints = (table: PointTable): void => {
    lastTable = table;
    session.table.value = table;
    forget();
    session.build(config);
  };
  return (
    <div class="playground">
      <h1>Playground</h1>
      <Controls session={session} onProgram={() => setProgram(true)} />
      {notes.value.map((note) => <p key={note} class="problem" role="alert">{note}</p>)}
      {session.failure.value !== "" && <p class="problem failure" role="alert">{session.failure.value}</p>}
      <div class="areas">
        {session.points.value === null ? (
          <p class="card quiet waiting">
            {config.data === "csv" && session.table.value === null
              ? "There are no points yet. Choose a CSV file or paste one under “Points”; a link does not carry them."
              : session.failure.value === "" ? "Starting the engine …" : "There is nothing to show."}
          </p>
        ) : (
          <>
            <div class="column">
              <section class="card" aria-label="Map">
                <MapTitle state={state} />
                <MapOf state={state} />
              </section>
              <ScoreCurves session={session} />
            </div>
            <div class="column">
              <section class="card" aria-label="Network">
                <NetworkTitle session={session} />
                <Diagram session={session} glanced={glanced} chosen={chosen} weight={weight} />
                <Weights session={session} chosen={chosen} weight={weight} />
              </section>
              <StepTable session={session} />
            </div>
          </>
        )}
        <Settings config={config} table={session.table.value} onChange={change} onPoints={takePoints} />
      </div>
      {program && <ProgramDialog session={session} onClose={() => setProgram(false)} />}
    </div>
  );
}

/** What the large map shows. */
function shownName({ session }: State): string {
  const neuron = session.frame.value?.map.neuron ?? null;
  const [columns, config, points] = [session.columns.value, session.built.value, session.points.value];
  const whole = neuron === null || config === null || points === null || sameNeuron(neuron, { column: columns.length - 1, unit: 0 }) && columns[columns.length - 1] === 1;
  return whole ? "output" : neuronName(columns, neuron, config.inputs, points.classes);
}

function MapTitle({ state }: { readonly state: State }): preact.JSX.Element {
  const name = shownName(state);
  const { points, frame } = state.session;
  return (
    <header class="map-title">
      <h2>{name[0].toUpperCase() + name.slice(1)}</h2>
      {frame.value !== null && <ExportMenu name={`playground ${name}`} figure={() => mapFigure(frame.peek()!.map, points.peek()!, name)} csv={() => mapCsv(frame.peek()!.map, points.peek()!)} />}
    </header>
  );
}

function NetworkTitle({ session }: { readonly session: Session }): preact.JSX.Element {
  const { frame } = session;
  const drawn = (): DrawnNetwork => ({ columns: session.columns.peek(), inputs: session.built.peek()!.inputs, classes: session.points.peek()!.classes, parameters: frame.peek()!.parameters });
  const figure = (): Figure => {
    const network = drawn();
    const pictures = neuronPictures(network.columns, frame.peek()!);
    return diagramFigure(network, "network", (index) => pictures[index]);
  };
  return (
    <header class="card-head">
      <h2>Network</h2>
      {frame.value !== null && <ExportMenu name="playground network" figure={figure} csv={() => weightsCsv(drawn())} />}
    </header>
  );
}

const MapOf = ({ state }: { readonly state: State }): preact.JSX.Element => <OutputMap session={state.session} name={`the ${shownName(state)}`} />;

function Controls({ session, onProgram }: { readonly session: Session; readonly onProgram: () => void }): preact.JSX.Element {
  const playing = session.playing.value;
  const config = session.config.value!;
  const idle = config.data === "csv" && session.table.value === null;
  const [said, setSaid] = useState("");
  const share = async (): Promise<void> => {
    const link = new URL(href("playground", writeConfig(config)), location.href).href;
    const points = config.data === "csv" ? " It does not carry the points of the file." : "";
    try {
      await navigator.clipboard.writeText(link);
      setSaid(`Link copied.${points}`);
    } catch {
      navigate(href("playground", writeConfig(config)), { replace: true });
      setSaid(`The address of this page is the link.${points}`);
    }
  };
  return (
    <div class="controls card">
      <div class="buttons" role="group" aria-label="Training">
        <button type="button" class="play" disabled={idle} onClick={() => (playing ? session.pause() : session.play())}>{playing ? "❚❚ Pause" : "▶ Play"}</button>
        <button type="button" disabled={idle} onClick={() => session.step()}>One batch</button>
        <button type="button" disabled={idle} onClick={() => session.epoch()}>One epoch</button>
        <button type="button" disabled={idle} onClick={() => session.build(config)}>Reset</button>
        <button type="button" disabled={idle} onClick={() => change({ ...config, seed: Math.floor(1e6 * Math.random()) })}>New seed</button>
        <label>
          Speed
          <select onChange={({ currentTarget }) => session.setPace(paces[currentTarget.selectedIndex][1])}>
            {paces.map(([name], i) => <option key={name} selected={i === usualPace}>{name}</option>)}
          </select>
        </label>
      </div>
      <Counters session={session} />
      <div class="buttons">
        <button type="button" onClick={() => void share()}>Copy the link</button>
        <button type="button" disabled={idle} onClick={onProgram}>Show me the code</button>
        <span role="status" class="quiet">{said}</span>
      </div>
    </div>
  );
}

function Counters({ session }: { readonly session: Session }): preact.JSX.Element {
  const frame = session.frame.value;
  if (frame === null) return <dl class="counters" />;
  const { epoch, step, batch, batches, now } = frame;
  const percent = (share: number): string => (Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "–");
  const counters: readonly (readonly [name: string, value: string])[] = [
    ["Epoch", String(epoch)],
    ["Batch", `${batch} of ${batches}`],
    ["Steps", String(step)],
    ["Train loss", metricText(now.trainLoss)],
    ["Test loss", metricText(now.testLoss)],
    ["Train error", percent(now.trainError)],
    ["Test error", percent(now.testError)],
  ];
  return (
    <>
      <dl class="counters">
        {counters.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
      {/* Read out when training stands still: not thirty times a second. */}
      <p class="unseen" role="status">{frame.playing ? "" : `Epoch ${epoch}, step ${step}: test error ${percent(now.testError)}`}</p>
    </>
  );
}
