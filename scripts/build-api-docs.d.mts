/** Types of what tests use of the generator of docs/api. */

interface Docstring {
  readonly text: string;
  readonly examples: readonly string[];
}

/** A public name, as users write it. */
export interface Entry {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly file: string;
  readonly declaration: { readonly kind: "function" | "class" | "interface" | "type" | "const"; readonly signature: string; readonly doc?: Docstring };
}

export declare const folder: string;
export declare function publicInterface(): Entry[];
export declare function apiPages(): Map<string, string>;
