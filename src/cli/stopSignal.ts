/** Ctrl-C: the first one asks the training to stop after the step under way, a second one ends the process at once. */

import { type Io, printLine } from "./io.js";

export interface StopSignal {
  readonly signal: AbortSignal;
  /** 128 + the number of the signal that came, as shells count; 130 for Ctrl-C. */
  readonly exitCode: number;
  /** Signals end the process again as usual. */
  dispose(): void;
}

export interface StopOptions {
  /** Milliseconds now. @default performance.now */
  readonly now?: () => number;
  /** Ends the process. @default process.exit */
  readonly exit?: (code: number) => void;
}

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** Under `npm start` one Ctrl-C arrives twice: from the terminal, and passed on by npm. */
const sameKeyMs = 500;

export function listenForStop({ stderr }: Io, { now = () => performance.now(), exit = process.exit }: StopOptions = {}): StopSignal {
  const controller = new AbortController();
  let exitCode: number = exitCodes.SIGINT;
  let askedAt = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      if (now() - askedAt > sameKeyMs) exit(exitCode);
      return;
    }
    askedAt = now();
    exitCode = name === "SIGTERM" ? exitCodes.SIGTERM : exitCodes.SIGINT;
    printLine(stderr, `${stderr.isTTY === true ? "\r\u001b[2K" : ""}stopping after this step; press Ctrl-C again to quit at once`);
    controller.abort();
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, onSignal);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    dispose() {
      for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, onSignal);
    },
  };
}
