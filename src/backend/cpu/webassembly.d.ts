/** What the wasm engine uses of the WebAssembly API (the browser's type library, which has it all, is not part of this build). */
declare namespace WebAssembly {
  class Module {
    constructor(code: Uint8Array<ArrayBuffer>);
  }

  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: boolean });
    readonly buffer: SharedArrayBuffer;
    /** Adds pages of 64 KiB; a RangeError when they cannot be had. */
    grow(pages: number): number;
  }

  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }

  function validate(code: Uint8Array<ArrayBuffer>): boolean;
}
