/** The computational graph of a sample's loss: what every operation gave, and the gradient that came back to it. */

import { useMemo } from "preact/hooks";
import { numberText } from "../../../../plot/numberText.js";
import type { GraphOperation, InspectedSample, Inspection, RunSummary, Spread } from "../../../protocol.js";
import { csvOf } from "../../parts/chart/csv.js";
import type { BoxContent } from "./graphFigure.js";
import { GraphView } from "./graphView.js";
import { far, labelOf, moduleOf, normOf, type OperationGraph, operationGraph, outputNorm, ranCount, resultOf, type Verdict, verdictOf } from "./operations.js";
import { Answer, chosenSample, Samples } from "./samples.js";
import { param } from "./state.js";
import { count, percent, plural, shape, value } from "./words.js";

const paints: Readonly<Record<Verdict["kind"], string>> = { "not finite": "bad", exploding: "bad", vanishing: "series1", zero: "series1", none: "series1" };

const spreadText = ({ mean, std, zeros }: Spread): string => (mean === null || std === null ? "values not finite" : `${numberText(mean, 2)} ± ${numberText(std, 2)}${zeros >= 0.005 ? `, ${percent(zeros)} zeros` : ""}`);

const gradientText = ({ gradient, shape: axes }: GraphOperation): string | null => {
  if (gradient === null) return null;
  const norm = normOf(gradient, axes);
  return `gradient ${norm === null ? "not finite" : `‖·‖ ${numberText(norm, 2)}`}`;
};

export interface ValuesProps {
  readonly run: RunSummary;
  readonly inspection: Inspection;
  readonly pictures: boolean;
}

export function Values({ run, inspection, pictures }: ValuesProps): preact.JSX.Element {
  const sample = inspection.samples[chosenSample(inspection)];
  if (sample.graph.length === 0) {
    return (
      <>
        <Samples run={run} inspection={inspection} pictures={pictures} />
        <p class="quiet">The graph of this network was not recorded: it has more than 500 operations. A run that is recorded now has it, module by module.</p>
        <Answer inspection={inspection} />
      </>
    );
  }
  return <Graph run={run} inspection={inspection} pictures={pictures} sample={sample} />;
}

function Graph({ run, inspection, pictures, sample }: ValuesProps & { readonly sample: InspectedSample }): preact.JSX.Element {
  const parts = useMemo(() => {
    const graph = operationGraph(sample.graph);
    const reference = outputNorm(sample.graph);
    /** Of a module: the operation whose value leaves it. */
    const results = new Map(Array.from(graph.modules, ([id, within]) => [id, resultOf(within, sample.graph)!]));
    const verdicts = new Map(sample.graph.map((each) => [each.id, verdictOf(each, reference)]));
    const worst = (id: string): Verdict | null => {
      const own = graph.operations.get(id);
      if (own !== undefined) return verdicts.get(own.id) ?? null;
      const all = (graph.modules.get(id) ?? []).flatMap((each) => verdicts.get(each.id) ?? []);
      return all.find(({ kind }) => kind === "not finite") ?? all.find(({ kind }) => kind === "exploding") ?? all[0] ?? null;
    };
    const of = (id: string): BoxContent => {
      const own = graph.operations.get(id);
      const shown = own ?? results.get(id)!;
      const verdict = worst(id);
      return {
        name: own === undefined ? id.slice(Math.max(id.lastIndexOf("."), id.indexOf(":")) + 1) : labelOf(own),
        type: own === undefined ? operationsText(graph.modules.get(id)!) : "",
        lines: [shape(shown.shape), spreadText(shown.value), gradientText(shown)].filter((line) => line !== null),
        ...(verdict !== null && { warning: { text: verdict.text, paint: paints[verdict.kind] } }),
        folds: own === undefined,
        kind: own?.op === "parameter" || own?.op === "constant" ? "parameter" : own?.op === "input" ? "end" : "module",
      };
    };
    const spoken = (id: string): string => {
      const { lines, warning, type } = of(id);
      const own = graph.operations.get(id);
      return [own === undefined ? id.slice(2) : own.op === "parameter" ? own.name : [labelOf(own), moduleOf(own)].filter((part) => part !== "").join(" in "), type, ...lines, warning?.text ?? ""].filter((part) => part !== "").join(", ");
    };
    return { graph, results, of, spoken, reference, verdicts };
  }, [sample]);
  const id = param("op");
  const selected = parts.graph.operations.get(id) ?? parts.results.get(id);
  return (
    <>
      <Samples run={run} inspection={inspection} pictures={pictures} />
      <Gradients operations={sample.graph} verdicts={parts.verdicts} reference={parts.reference} epoch={inspection.epoch} />
      {sample.graph.some(({ operations }) => operations !== undefined) && (
        <p>This graph has {count(ranCount(sample.graph))} operations, too many to be looked at one by one: those of a module are one box, which shows what the last of them made.</p>
      )}
      <div class="split">
        <GraphView name={`Values and gradients of sample ${sample.index}`} graph={parts.graph} contentOf={parts.of} spoken={parts.spoken} openParam="within" selectedParam="op" csv={() => tableOf(sample.graph)} />
        <div class="details">
          <Answer inspection={inspection} />
          {selected !== undefined && <OperationDetails operation={selected} id={id} graph={parts.graph} verdict={parts.verdicts.get(selected.id) ?? null} />}
        </div>
      </div>
      <details class="table">
        <summary>All operations as a table</summary>
        <OperationTable operations={sample.graph} verdicts={parts.verdicts} />
      </details>
    </>
  );
}

/** "conv2d", or how many there are. */
function operationsText(within: readonly GraphOperation[]): string {
  const operations = within.filter((each) => ranCount([each]) > 0);
  return operations.length === 1 ? labelOf(operations[0]) : plural(ranCount(operations), "operation");
}

/** What the gradients of all parameters say, in a sentence. */
function Gradients({ operations, verdicts, reference, epoch }: { readonly operations: readonly GraphOperation[]; readonly verdicts: ReadonlyMap<number, Verdict | null>; readonly reference: number | null; readonly epoch: number }): preact.JSX.Element {
  const parameters = operations.filter(({ op }) => op === "parameter");
  const having = (...kinds: readonly Verdict["kind"][]): number => parameters.filter(({ id }) => kinds.includes(verdicts.get(id)?.kind as Verdict["kind"])).length;
  const of = `of ${plural(parameters.length, "parameter")}`;
  const found = [
    having("not finite") > 0 && `${having("not finite")} ${of} have values or gradients that are not finite: the learning rate may be too large.`,
    having("exploding") > 0 && `${having("exploding")} ${of} have exploding gradients: more than ${far.toLocaleString("en-US")} times that at the output.`,
    having("vanishing") > 0 && `${having("vanishing")} ${of} have vanishing gradients: less than 1/${far.toLocaleString("en-US")} of that at the output.`,
    having("zero", "none") > 0 && `${having("zero", "none")} ${of} have no gradient from this sample.`,
  ].filter((each) => each !== false);
  return (
    <div class="findings">
      {found.length === 0 ? <p><strong>Gradients reach all parameters</strong>, none of them vanishing or exploding.</p> : <ul>{found.map((each) => <li key={each}>{each}</li>)}</ul>}
      <p class="quiet">
        Values and gradients of this sample's loss, with the weights after epoch {epoch}, the best so far. A box shows shape, mean ± standard deviation, and the norm of the gradient
        {reference === null ? "" : ` (at the output: ${value(reference)})`}; modules show what leaves them, in orange or blue what is wrong within.
      </p>
    </div>
  );
}

const spreadRows = ["min", "mean", "max", "std"] as const;

function OperationDetails({ operation, id, graph, verdict }: { readonly operation: GraphOperation; readonly id: string; readonly graph: OperationGraph; readonly verdict: Verdict | null }): preact.JSX.Element {
  const within = graph.modules.get(id);
  const { gradient, value: values, shape: axes } = operation;
  const norm = gradient === null ? null : normOf(gradient, axes);
  return (
    <section class="card" aria-labelledby="operation-name">
      <h2 id="operation-name">{within === undefined ? (operation.op === "parameter" ? operation.name : labelOf(operation)) : id.slice(2)}</h2>
      <p class="quiet">
        {within === undefined ? (operation.op === "parameter" || moduleOf(operation) === "" ? "" : `In ${moduleOf(operation)}. `) : `${within.some(({ operations }) => operations !== undefined) ? plural(ranCount(within), "operation") : `${plural(within.length, "operation")}, its parameters included`}; the numbers are those of what leaves it. `}Shape {shape(axes)}.
      </p>
      {verdict !== null && <p class="problem">{verdict.sentence}</p>}
      <table class="shares">
        <thead>
          <tr>
            <td />
            <th scope="col" class="number">values</th>
            <th scope="col" class="number">gradient</th>
          </tr>
        </thead>
        <tbody>
          {spreadRows.map((row) => (
            <tr key={row}>
              <th scope="row">{row}</th>
              <td class="number">{value(values[row])}</td>
              <td class="number">{gradient === null ? "–" : value(gradient[row])}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">zeros</th>
            <td class="number">{percent(values.zeros)}</td>
            <td class="number">{gradient === null ? "–" : percent(gradient.zeros)}</td>
          </tr>
          <tr>
            <th scope="row">norm</th>
            <td class="number">{value(normOf(values, axes))}</td>
            <td class="number">{gradient === null ? "–" : value(norm)}</td>
          </tr>
        </tbody>
      </table>
    </section>
  );
}

function OperationTable({ operations, verdicts }: { readonly operations: readonly GraphOperation[]; readonly verdicts: ReadonlyMap<number, Verdict | null> }): preact.JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="All operations">
      <table>
        <thead>
          <tr>
            <th scope="col">operation</th>
            <th scope="col">within</th>
            <th scope="col">shape</th>
            {["value", "gradient"].flatMap((what) => [...spreadRows, "zeros"].map((row) => <th key={`${what} ${row}`} scope="col" class="number">{what} {row}</th>))}
            <th scope="col">remark</th>
          </tr>
        </thead>
        <tbody>
          {operations.map((each) => (
            <tr key={each.id}>
              <th scope="row">{labelOf(each)}</th>
              <td>{moduleOf(each)}</td>
              <td>{shape(each.shape)}</td>
              {[each.value, each.gradient].flatMap((spread, s) => [
                ...spreadRows.map((row) => <td key={`${s} ${row}`} class="number">{spread === null ? "–" : value(spread[row])}</td>),
                <td key={`${s} zeros`} class="number">{spread === null ? "–" : percent(spread.zeros)}</td>,
              ])}
              <td>{verdicts.get(each.id)?.sentence ?? ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const tableOf = (operations: readonly GraphOperation[]): string =>
  csvOf(
    ["id", "operation", "name", "inputs", "shape", ...["value", "gradient"].flatMap((what) => [...spreadRows, "zeros"].map((row) => `${what} ${row}`))],
    operations.map(({ id, op, name, inputs, shape: axes, value: values, gradient }) => [id, op, name, inputs.join(" "), axes.join("x"), ...[values, gradient].flatMap((spread) => [...spreadRows.map((row) => spread?.[row]), spread?.zeros])]),
  );
