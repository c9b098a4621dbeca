/**
 * Guard: who may ask, and what browsers may do with the answers. The board shows private work, and other pages in the same browser can send it requests;
 * so a request must be addressed to a name of this machine (else a foreign name was made to point here), must not come from another site, must only read
 * (or write notes), and, where the board is open to other machines, must bring the token.
 */

import type { MiddlewareHandler } from "hono";
import { hostname } from "node:os";
import { isIP } from "node:net";
import { RequestProblem } from "./problem.js";

const policy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const headers: Readonly<Record<string, string>> = {
  "Content-Security-Policy": policy,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
};

/** Every answer carries these; one that says nothing of caching is not to be kept. */
export const strictHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  if (!c.res.headers.has("Cache-Control")) c.res.headers.set("Cache-Control", "no-store");
};

/** @param host the name or address that the server was told to listen on */
export function guard(host: string): MiddlewareHandler {
  const names = new Set(["localhost", hostname().toLowerCase(), host.toLowerCase()]);
  return async (c, next) => {
    const { method } = c.req;
    if (method !== "GET" && method !== "HEAD" && method !== "PATCH") throw new RequestProblem(405, "The board only answers GET, HEAD and PATCH.");
    const addressed = c.req.header("host") ?? "";
    // A request line may hold a whole address, which then counts instead.
    if (!isOurs(addressed, names) || !isOurs(new URL(c.req.url).host, names)) {
      throw new RequestProblem(403, `The board does not answer as "${addressed.slice(0, 100)}". Open it by the address that it printed, by an IP address, or by the name given as --host.`);
    }
    const origin = c.req.header("origin");
    const foreign = origin !== undefined && !sameOrigin(origin, addressed);
    const site = c.req.header("sec-fetch-site") ?? "none";
    // A link on another page may lead to the board, but nothing else that is on another page.
    const link = method === "GET" && c.req.header("sec-fetch-mode") === "navigate" && c.req.header("sec-fetch-dest") === "document" && c.req.path === "/";
    if (foreign || (site !== "same-origin" && site !== "none" && !link)) throw new RequestProblem(403, "The board answers only its own page, not those of other sites.");
    await next();
  };
}

function isOurs(host: string, names: ReadonlySet<string>): boolean {
  const [, name] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::\d{1,5})?$/i.exec(host) ?? [];
  if (name === undefined) return false;
  // An address cannot be made to point elsewhere, as a name can.
  return names.has(name.toLowerCase()) || isIP(name.replace(/^\[|\]$/g, "")) !== 0;
}

function sameOrigin(origin: string, host: string): boolean {
  try {
    const { protocol, host: from } = new URL(origin);
    return (protocol === "http:" || protocol === "https:") && from.toLowerCase() === new URL(`${protocol}//${host}`).host.toLowerCase();
  } catch {
    return false;
  }
}
