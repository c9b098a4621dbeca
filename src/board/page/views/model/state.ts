/** What the reader has chosen in the Model view, kept in the address. */

import { navigate, route, withParams } from "../../routes.js";

/** A parameter of the address; `fallback` where it has none. */
export const param = (name: string, fallback = ""): string => route.value.params.get(name) ?? fallback;

export const paramList = (name: string): readonly string[] => route.value.params.getAll(name);

/** Choices replace one another in the history: going back leaves the view. */
export const choose = (changes: Parameters<typeof withParams>[0]): void => navigate(withParams(changes), { replace: true });
