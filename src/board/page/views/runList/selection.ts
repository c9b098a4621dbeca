/** The runs that the reader looks at, in the parameters `run` of the address: every view reads them. */

import { navigate, route, withParams } from "../../routes.js";

/** What the other views can draw side by side, and an address can hold. */
export const mostSelected = 50;

/** Takes runs into the selection, or out of it. @returns how many did not fit */
export function select(ids: readonly string[], on: boolean): number {
  const before = route.value.params.getAll("run");
  const next = on ? [...new Set([...before, ...ids])] : before.filter((id) => !ids.includes(id));
  navigate(withParams({ run: next.slice(0, Math.max(mostSelected, before.length)) }), { replace: true });
  return on ? Math.max(0, next.length - Math.max(mostSelected, before.length)) : 0;
}

/** Selects these runs and no others. @returns how many did not fit */
export function selectOnly(ids: readonly string[]): number {
  navigate(withParams({ run: ids.slice(0, mostSelected) }), { replace: true });
  return Math.max(0, ids.length - mostSelected);
}
