/** The network as a graph of its modules, with what each costs. */

import { useMemo } from "preact/hooks";
import type { ModelGraph, ModelNode } from "../../../protocol.js";
import { csvOf } from "../../parts/chart/csv.js";
import type { BoxContent } from "./graphFigure.js";
import { GraphView } from "./graphView.js";
import type { Branch, NestedGraph } from "./nested.js";
import { choose, param } from "./state.js";
import { bytes, count, percent, plural, shape, short } from "./words.js";

/** What can stand in the boxes; the first two do unless the reader chooses. */
const facts = { shape: "output shape", parameters: "parameters", multiplyAdds: "multiply-adds", field: "receptive field" } as const;
type Fact = keyof typeof facts;
const usual: readonly Fact[] = ["shape", "parameters"];

const shownFacts = (): readonly Fact[] => {
  const given = param("show", usual.join(" ")).split(" ");
  return (Object.keys(facts) as Fact[]).filter((fact) => given.includes(fact));
};

const idOf = (path: string): string => `m:${path}`;

export function allModules(node: ModelNode): readonly ModelNode[] {
  return [node, ...node.children.flatMap(allModules)];
}

const ownName = ({ path }: ModelNode): string => path.slice(path.lastIndexOf(".") + 1);

const isLeaf = ({ children }: ModelNode): boolean => children.length === 0;

function nestedOf({ root, edges }: ModelGraph): NestedGraph {
  const branch = (node: ModelNode): Branch => ({ id: idOf(node.path), children: node.children.map(branch) });
  const paths = new Set(allModules(root).map(({ path }) => path));
  // Modules may be called as the ends are: nothing leads into the input, and nothing out of the output.
  const from = (path: string, to: string): string => (path === "input" && (!paths.has(path) || to === "input") ? "input" : idOf(path));
  const into = (path: string, before: string): string => (path === "output" && (!paths.has(path) || before === "output") ? "output" : idOf(path));
  const known = new Set(["input", "output", ...Array.from(paths, idOf)]);
  const drawn = edges.map(([a, b]) => [from(a, b), into(b, a)] as const).filter((edge) => edge.every((end) => known.has(end)));
  // A model without modules of its own is one box.
  const modules = isLeaf(root) ? [branch(root)] : root.children.map(branch);
  return { branches: [{ id: "input", children: [] }, ...modules, { id: "output", children: [] }], edges: drawn };
}

const factText = (node: ModelNode, fact: Fact): string | null => {
  if (fact === "shape") return node.outputShape === null ? "did not run" : shape(node.outputShape);
  if (fact === "parameters") return node.parameters === 0 ? null : plural(node.parameters, "parameter");
  if (fact === "multiplyAdds") return node.multiplyAdds === 0 ? null : `${short(node.multiplyAdds)} multiply-adds`;
  return node.receptiveField === null ? null : `sees ${shape(node.receptiveField)}`;
};

export function Network({ model, name }: { readonly model: ModelGraph; readonly name: string }): preact.JSX.Element {
  const chosenFacts = shownFacts();
  const parts = useMemo(() => {
    const modules = allModules(model.root);
    return { modules, byId: new Map(modules.map((node) => [idOf(node.path), node])), graph: nestedOf(model) };
  }, [model]);
  const contents = useMemo(() => {
    const of = (id: string): BoxContent => {
      const node = parts.byId.get(id);
      if (node === undefined) return { name: id, type: "", lines: chosenFacts.includes("shape") ? [shape(id === "input" ? model.inputShape : (model.root.outputShape ?? []))] : [], folds: false, kind: "end" };
      return { name: ownName(node), type: node.type, lines: chosenFacts.flatMap((fact) => factText(node, fact) ?? []), folds: !isLeaf(node) };
    };
    const spoken = (id: string): string => {
      const node = parts.byId.get(id);
      if (node === undefined) return `${id}, ${of(id).lines.join(", ")}`;
      const inside = isLeaf(node) ? [] : [plural(allModules(node).filter(isLeaf).length, "layer")];
      return [node.path || "model", node.type, ...inside, ...(Object.keys(facts) as Fact[]).flatMap((fact) => factText(node, fact) ?? [])].join(", ");
    };
    return { of, spoken };
  }, [parts, chosenFacts.join(" ")]);
  const selected = parts.byId.get(param("module")) ?? model.root;
  return (
    <>
      <fieldset class="choices">
        <legend>Shown in the boxes</legend>
        {(Object.keys(facts) as Fact[]).map((fact) => (
          <label key={fact}>
            <input
              type="checkbox"
              checked={chosenFacts.includes(fact)}
              onChange={(event) => choose({ show: (Object.keys(facts) as Fact[]).filter((each) => (each === fact ? event.currentTarget.checked : chosenFacts.includes(each))).join(" ") })}
            />
            {facts[fact]}
          </label>
        ))}
      </fieldset>
      <div class="split">
        <GraphView name={`Network of ${name}`} graph={parts.graph} contentOf={contents.of} spoken={contents.spoken} openParam="open" selectedParam="module" csv={() => tableOf(parts.modules)} />
        <Details node={selected} root={model.root} />
      </div>
      <details class="table">
        <summary>All modules as a table</summary>
        <ModuleTable modules={parts.modules} />
      </details>
    </>
  );
}

function Details({ node, root }: { readonly node: ModelNode; readonly root: ModelNode }): preact.JSX.Element {
  const rows: readonly (readonly [string, string])[] = [
    ["Input", node.inputShape === null ? "–" : shape(node.inputShape)],
    ["Output", node.outputShape === null ? "did not run" : shape(node.outputShape)],
    ["Receptive field", node.receptiveField === null ? "–" : shape(node.receptiveField)],
    ["Memory of the outputs", bytes(node.outputBytes)],
  ];
  const holders = node.children.filter(({ parameters, multiplyAdds }) => parameters > 0 || multiplyAdds > 0);
  return (
    <section class="card details" aria-labelledby="module-name">
      <h2 id="module-name">{node === root ? "The whole model" : node.path}</h2>
      <p class="code">{node.text.length > 400 ? node.type : node.text}</p>
      <dl>
        {rows.map(([term, text]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <Share term="Parameters" value={node.parameters} whole={root.parameters} />
      <Share term="Multiply-adds" value={node.multiplyAdds} whole={root.multiplyAdds} />
      <p class="quiet">Numbers are for one sample{isLeaf(node) ? "" : ", and sums over all within"}.</p>
      {holders.length > 1 && (
        <>
          <h3>Where they lie</h3>
          <div class="scroll">
            <table class="shares">
              <thead>
                <tr>
                  <th scope="col">part</th>
                  <th scope="col">parameters</th>
                  <th scope="col">multiply-adds</th>
                </tr>
              </thead>
              <tbody>
                {holders.map((child) => (
                  <tr key={child.path}>
                    <th scope="row">
                      <button type="button" class="plain" onClick={() => choose({ module: idOf(child.path) })}>{ownName(child)}</button> <span class="quiet">{child.type}</span>
                    </th>
                    <td><Bar share={ratio(child.parameters, node.parameters)} /> {percent(ratio(child.parameters, node.parameters))}</td>
                    <td><Bar share={ratio(child.multiplyAdds, node.multiplyAdds)} /> {percent(ratio(child.multiplyAdds, node.multiplyAdds))}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** The number that it shows stands beside it. */
const Bar = ({ share }: { readonly share: number }): preact.JSX.Element => (
  <span class="share" aria-hidden="true">
    <span style={{ width: `${100 * share}%` }} />
  </span>
);

const Share = ({ term, value, whole }: { readonly term: string; readonly value: number; readonly whole: number }): preact.JSX.Element => (
  <p class="amount">
    <span>{term}</span> <strong>{count(value)}</strong>
    <Bar share={ratio(value, whole)} />
    <span class="quiet">{percent(ratio(value, whole))} of all</span>
  </p>
);

function ModuleTable({ modules }: { readonly modules: readonly ModelNode[] }): preact.JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="All modules">
      <table>
        <thead>
          <tr>
            <th scope="col">module</th>
            <th scope="col">layer</th>
            <th scope="col">output</th>
            <th scope="col" class="number">parameters</th>
            <th scope="col" class="number">multiply-adds</th>
            <th scope="col" class="number">memory</th>
            <th scope="col">receptive field</th>
          </tr>
        </thead>
        <tbody>
          {modules.map((node) => (
            <tr key={node.path}>
              <th scope="row" style={{ paddingLeft: `${0.7 + (node.path === "" ? 0 : node.path.split(".").length) * 1.1}rem` }}>{node.path === "" ? "model" : ownName(node)}</th>
              <td>{isLeaf(node) ? node.text : node.type}</td>
              <td>{node.outputShape === null ? "–" : shape(node.outputShape)}</td>
              <td class="number">{count(node.parameters)}</td>
              <td class="number">{count(node.multiplyAdds)}</td>
              <td class="number">{bytes(node.outputBytes)}</td>
              <td>{node.receptiveField === null ? "–" : shape(node.receptiveField)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const tableOf = (modules: readonly ModelNode[]): string =>
  csvOf(
    ["module", "layer", "input", "output", "parameters", "multiply-adds", "output bytes", "receptive field"],
    modules.map((node) => [node.path, node.text, node.inputShape?.join("x") ?? "", node.outputShape?.join("x") ?? "", node.parameters, node.multiplyAdds, node.outputBytes, node.receptiveField?.join("x") ?? ""]),
  );
