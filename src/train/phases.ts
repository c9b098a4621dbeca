/** Where the time of an epoch goes: waiting for data, forward, backward, update, validation. What listeners take is in none of them. */

/** Seconds. */
export interface Phases {
  /** Waiting for batches of training. */
  readonly data: number;
  /** Model, loss, and reading the loss. */
  readonly forward: number;
  readonly backward: number;
  /** Clipping and the update. */
  readonly optimizer: number;
  /** All of the validation. */
  readonly validation: number;
}

const none: Phases = { data: 0, forward: 0, backward: 0, optimizer: 0, validation: 0 };

/** Adds up laps. */
export class PhaseClock {
  #seconds: { -readonly [Phase in keyof Phases]: number } = { ...none };
  #since = 0;

  /** A lap begins. */
  start(): void {
    this.#since = performance.now();
  }

  /** The lap was spent on `phase`; the next one begins. */
  lap(phase: keyof Phases): void {
    const now = performance.now();
    this.#seconds[phase] += (now - this.#since) / 1000;
    this.#since = now;
  }

  get seconds(): Phases {
    return { ...this.#seconds };
  }

  /** Goes on from `seconds`, or from none. */
  reset(seconds: Phases = none): void {
    this.#seconds = { ...none, ...seconds };
  }
}
