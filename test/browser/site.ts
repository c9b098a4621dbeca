/** A folder served over HTTP the way sites are: with a strict policy of contents, and isolated (COOP and COEP headers) or not. */

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

export interface Site {
  readonly address: string;
  close(): Promise<void>;
}

export interface SiteOptions {
  readonly isolated: boolean;
  /** Allow style sheets in the page, and pictures as data. @default false */
  readonly styles?: boolean;
}

export async function serve(folder: string, { isolated, styles = false }: SiteOptions): Promise<Site> {
  const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:";
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    response.setHeader("content-security-policy", styles ? `${policy}; style-src 'self' 'unsafe-inline'; img-src 'self' data:` : policy);
    if (isolated) response.setHeader("cross-origin-opener-policy", "same-origin").setHeader("cross-origin-embedder-policy", "require-corp");
    // Browsers ask for an icon unasked.
    if (path === "/favicon.ico") return response.writeHead(204).end();
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
    return readFile(file).then(
      (contents) => response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream").end(contents),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
