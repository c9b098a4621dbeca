/**
 * How often an epoch is recorded in full: whenever recording took less than 2 % of the time so far, so that long epochs are all recorded, and of short ones
 * every second, fourth, … A first second is free.
 */

const share = 0.02;
const freeSeconds = 1;

export class RecordingPace {
  #trained = 0;
  #spent = 0;

  /** Whether the epoch that took `seconds` is recorded; the last one is in any case. */
  due(seconds: number, last: boolean): boolean {
    this.#trained += seconds;
    return last || this.#spent <= share * this.#trained + freeSeconds;
  }

  /** Runs what records, and counts its time. */
  async timed(record: () => Promise<void>): Promise<void> {
    const start = performance.now();
    try {
      await record();
    } finally {
      this.#spent += (performance.now() - start) / 1000;
    }
  }
}
