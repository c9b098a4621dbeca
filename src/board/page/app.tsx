/** The page around the views: head, navigation, the view that the address names. */

import { type ComponentType, lazy, Suspense } from "preact/compat";
import { useEffect } from "preact/hooks";
import { connection, follow } from "./api.js";
import { href, route } from "./routes.js";

interface View {
  readonly title: string;
  readonly component: ComponentType;
}

/** Every view is a chunk of its own, loaded when it is first looked at. */
const views: Readonly<Record<string, View>> = {
  runs: { title: "Runs", component: lazy(() => import("./views/runs.js")) },
  curves: { title: "Curves", component: lazy(() => import("./views/curves.js")) },
  predictions: { title: "Predictions", component: lazy(() => import("./views/predictions.js")) },
  model: { title: "Model", component: lazy(() => import("./views/model.js")) },
  system: { title: "System", component: lazy(() => import("./views/system.js")) },
  playground: { title: "Playground", component: lazy(() => import("../playground/playground.js")) },
};

export function App(): preact.JSX.Element {
  useEffect(follow, []);
  const { view, params } = route.value;
  const shown = views[view];
  useEffect(() => {
    document.title = `${shown?.title ?? "Not found"} · nabla board`;
  }, [shown]);
  // The runs that are looked at go along from view to view.
  const kept = new URLSearchParams(params.getAll("run").map((id) => ["run", id]));
  const Component = shown?.component;
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>To the content</a>
      <header class="head">
        <a class="brand" href={href("runs")}>∇ nabla</a>
        <nav aria-label="Views">
          {Object.entries(views).map(([name, { title }]) => (
            <a key={name} href={href(name, name === "playground" ? {} : kept)} aria-current={name === view ? "page" : undefined}>{title}</a>
          ))}
        </nav>
        <span class={`connection ${connection.value}`} role="status">{{ connecting: "connecting …", live: "live", lost: "no connection" }[connection.value]}</span>
      </header>
      <main id="main" tabIndex={-1}>
        {Component === undefined ? <p>There is no view “{view}”. <a href={href("runs")}>To the runs</a></p> : <Suspense fallback={<p class="quiet">loading …</p>}><Component /></Suspense>}
      </main>
    </>
  );
}
