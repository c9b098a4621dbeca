/** What the reader of the predictions has chosen, kept in the address. */

import { href, navigate, route } from "../../routes.js";

export type Which = "wrong" | "right" | "all";
export type Order = "confidence" | "loss" | "index";

export interface Chosen {
  readonly which: Which;
  /** The true class. */
  readonly label: number | null;
  readonly predicted: number | null;
  readonly order: Order;
  /** Under a heading for each true class. */
  readonly byClass: boolean;
  /** Of the data set: the sample that is shown large. */
  readonly item: number | null;
  /** Classes whose curves are drawn; null: the view chooses. */
  readonly curves: readonly number[] | null;
  /** What a cell of the matrix says. */
  readonly cells: "counts" | "shares";
  /** Column of the table of classes, and whether it falls. */
  readonly column: string;
  readonly falling: boolean;
}

const oneOf = <T extends string>(value: string | null, choices: readonly [T, ...T[]]): T => choices.find((each) => each === value) ?? choices[0];

const countOf = (value: string | null): number | null => (value !== null && /^\d{1,9}$/.test(value) ? Number(value) : null);

/** What an address says; what is not understood counts as not said. */
export function chosenOf(params: URLSearchParams): Chosen {
  const curves = params.get("curves");
  return {
    which: oneOf(params.get("which"), ["wrong", "right", "all"]),
    label: countOf(params.get("label")),
    predicted: countOf(params.get("predicted")),
    order: oneOf(params.get("order"), ["confidence", "loss", "index"]),
    byClass: params.get("layout") !== "list",
    item: countOf(params.get("item")),
    curves: curves === null ? null : curves.split(/[ ,]/).map(countOf).filter((each) => each !== null),
    cells: oneOf(params.get("cells"), ["counts", "shares"]),
    column: params.get("column") ?? "",
    falling: params.get("direction") === "down",
  };
}

/** Goes to the same view with some parameters changed; null removes one. */
export function choose(changed: Readonly<Record<string, string | number | null>>, { replace = false }: { readonly replace?: boolean } = {}): void {
  navigate(chosenHref(changed), { replace });
}

/** The address that `choose` goes to. */
export function chosenHref(changed: Readonly<Record<string, string | number | null>>): string {
  const params = new URLSearchParams(route.value.params);
  for (const [name, value] of Object.entries(changed)) {
    if (value === null) params.delete(name);
    else params.set(name, String(value));
  }
  return href(route.value.view, params);
}
