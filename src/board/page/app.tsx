/** The page around the views: head, navigation, the view that the address names. */

import { type ComponentType, lazy, Suspense } from "preact/compat";
import { useEffect, useErrorBoundary, useRef } from "preact/hooks";
import { connection, follow, omissions } from "./api.js";
import { Dropdown } from "./parts/dropdown.js";
import { href, hrefAsLeft, route } from "./routes.js";
import { type ThemeChoice, themeChoice } from "./theme.js";

interface View {
  readonly title: string;
  readonly component: ComponentType;
  /** The view of the navigation that leads to it, when it has no place there itself. */
  readonly within?: string;
}

/** Every view is a chunk of its own, loaded when it is first looked at. */
const views: Readonly<Record<string, View>> = {
  runs: { title: "Runs", component: lazy(() => import("./views/runs.js")) },
  run: { title: "Run", component: lazy(() => import("./views/run.js")), within: "runs" },
  curves: { title: "Curves", component: lazy(() => import("./views/curves.js")) },
  predictions: { title: "Predictions", component: lazy(() => import("./views/predictions.js")) },
  model: { title: "Model", component: lazy(() => import("./views/model.js")) },
  system: { title: "System", component: lazy(() => import("./views/system.js")) },
  playground: { title: "Playground", component: lazy(() => import("../playground/playground.js")) },
};

const navigation = Object.entries(views).filter(([, { within }]) => within === undefined);

export function App(): preact.JSX.Element {
  useEffect(follow, []);
  const { view, params } = route.value;
  const shown = Object.hasOwn(views, view) ? views[view] : undefined;
  const main = useRef<HTMLElement>(null);
  const before = useRef(view);
  useEffect(() => {
    document.title = `${shown?.title ?? "Not found"} · nabla board`;
    // Who goes to another view by keyboard goes on there; nothing scrolls or moves within one view.
    if (before.current !== view) main.current?.focus({ preventScroll: true });
    before.current = view;
  }, [view, shown]);
  // Views show the runs that are looked at now; but a look at one run, or at the playground, leaves the selection as it was.
  const linkTo = (name: string): string => hrefAsLeft(name, name === "playground" || view === "playground" || shown?.within === name ? undefined : params.getAll("run"));
  const Component = shown?.component;
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>To the content</a>
      <header class="head">
        <a class="brand" href={href("runs")}>∇ nabla</a>
        <nav aria-label="Views">
          {navigation.map(([name, { title }]) => (
            <a key={name} href={linkTo(name)} aria-current={name === view ? "page" : shown?.within === name ? "true" : undefined}>{title}</a>
          ))}
        </nav>
        <div class="aside">
          <Omissions />
          <ThemeSelect />
          <span class={`connection ${connection.value}`} role="status">{{ connecting: "connecting …", live: "live", lost: "no connection" }[connection.value]}</span>
        </div>
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        {Component === undefined ? (
          <>
            <h1>Not found</h1>
            <p>There is no view “{view}”. <a href={href("runs")}>To the runs</a></p>
          </>
        ) : (
          <Boundary key={view}>
            <Suspense fallback={<p class="quiet">loading …</p>}><Component /></Suspense>
          </Boundary>
        )}
      </main>
    </>
  );
}

/** One broken view leaves the others usable. */
function Boundary({ children }: { readonly children: preact.ComponentChildren }): preact.JSX.Element {
  const [error, again] = useErrorBoundary((each) => console.error(each));
  if (error === undefined) return <>{children}</>;
  return (
    <section class="card">
      <h1>This view failed</h1>
      <p class="problem" role="alert">{error instanceof Error ? error.message : String(error)}</p>
      <p>The server may have stopped, or another version of it may run now. <button type="button" onClick={again}>Try again</button> <button type="button" onClick={() => location.reload()}>Load the page again</button></p>
    </section>
  );
}

/** What the server could not show, or not whole; calm, for it seldom matters. */
function Omissions(): preact.JSX.Element | null {
  const list = omissions.value;
  if (list.length === 0) return null;
  return (
    <Dropdown class="omissions" summary={<>{list.length} <span class="wide">{list.length === 1 ? "thing was " : "things were "}</span>left out</>}>
      <p class="quiet">In the folder that the board watches; all else is shown.</p>
      <ul>
        {list.slice(0, mostOmissions).map(({ path, reason }) => <li key={`${path} ${reason}`}><code>{path}</code> {reason}</li>)}
      </ul>
      {list.length > mostOmissions && <p>And {list.length - mostOmissions} more.</p>}
    </Dropdown>
  );
}

const mostOmissions = 200;

function ThemeSelect(): preact.JSX.Element {
  return (
    <label class="theme">
      <span>Theme</span>
      <select value={themeChoice.value} onChange={(event) => (themeChoice.value = event.currentTarget.value as ThemeChoice)}>
        <option value="system">system</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
    </label>
  );
}
