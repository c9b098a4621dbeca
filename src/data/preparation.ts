/** What a loader asks of the kind of data it has: the batches of a pass, in order. */

/** One pass over an epoch. */
export interface PassPlan {
  readonly epoch: number;
  /** The first batch that is wanted. */
  readonly start: number;
  /** The number of batches of an epoch. */
  readonly end: number;
  /** The samples of batch k. */
  readonly indicesOf: (k: number) => Int32Array;
}

export interface Pass<B> {
  /** Batch k; k rises by one from call to call. */
  fetch(k: number): Promise<B>;
  /** Gives up what is under way. */
  end(): void;
}

export interface Preparation<B> {
  begin(plan: PassPlan): Pass<B>;
  /** Ends threads, if there are any. */
  close(): void;
}
