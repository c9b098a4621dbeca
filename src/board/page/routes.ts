/** Routes: where the reader is, kept in the part of the address after "#", so that every view can be bookmarked and shared. */

import { effect, signal } from "@preact/signals";

/** A view with its parameters, such as #/curves?run=a&run=b. */
export interface Route {
  readonly view: string;
  readonly params: URLSearchParams;
}

const parse = (hash: string): Route => {
  const [view, query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return { view: view === "" ? "runs" : view, params: new URLSearchParams(query) };
};

export const route = signal<Route>(parse(location.hash));

addEventListener("hashchange", () => (route.value = parse(location.hash)));

/** Each view as it was last looked at. */
const seen = new Map<string, URLSearchParams>();
effect(() => void seen.set(route.value.view, route.value.params));

/** The address of a view as it was left. @param runs the runs to look at there; default: those of then */
export function hrefAsLeft(view: string, runs?: readonly string[]): string {
  const params = new URLSearchParams(seen.get(view));
  if (runs !== undefined) {
    params.delete("run");
    for (const id of runs) params.append("run", id);
  }
  return href(view, params);
}

/** The address of a view. */
export function href(view: string, params: URLSearchParams | Readonly<Record<string, string | readonly string[]>> = {}): string {
  const query = params instanceof URLSearchParams ? params : new URLSearchParams(Object.entries(params).flatMap(([name, value]) => [value].flat().map((each) => [name, each])));
  const text = query.toString();
  return `#/${view}${text === "" ? "" : `?${text}`}`;
}

/** Goes to a view; with `replace`, going back leads to the place before. */
export function navigate(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  route.value = parse(to);
}

/** The address of the view that is shown with some of its parameters changed; null takes one away. */
export function withParams(changes: Readonly<Record<string, string | readonly string[] | null>>): string {
  const { view, params } = route.value;
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const each of [value ?? []].flat()) next.append(name, each);
  }
  return href(view, next);
}
