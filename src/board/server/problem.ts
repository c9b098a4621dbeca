/** A request that cannot be answered: a status and a sentence. */

import type { ContentfulStatusCode } from "hono/utils/http-status";

export class RequestProblem extends Error {
  readonly status: ContentfulStatusCode;

  constructor(status: ContentfulStatusCode, message: string) {
    super(message);
    this.status = status;
  }
}

export const notFound = (message: string): RequestProblem => new RequestProblem(404, message);
export const badRequest = (message: string): RequestProblem => new RequestProblem(400, message);
