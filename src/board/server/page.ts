/** The page: the files that Vite built, read once. Names of assets carry their content's hash, so browsers may keep them. */

import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";
import type { Context, Hono } from "hono";
import { DataError } from "../../base/errors.js";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".woff": "font/woff",
  ".wasm": "application/wasm",
  ".map": "application/json",
  ".txt": "text/plain; charset=utf-8",
};

const compressible = /^(text\/|application\/(json|wasm)|image\/svg)/;
/** Smaller files gain nothing. */
const worthBytes = 1024;

/** Once a file, not once a request. */
const gzipped = async (content: Uint8Array): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await promisify(gzipCallback)(content, { level: 9 }));

/** @param folder what Vite built @throws DataError where it is not there */
export function servePage(app: Hono, folder: string): void {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  } catch {
    throw new DataError(`the page of the board is missing at ${folder}; build it: npm run build`);
  }
  for (const name of names) {
    const content = readFileSync(join(folder, name));
    const address = `/${name.split(/[/\\]/).join("/")}`;
    const type = types[extname(name)] ?? "application/octet-stream";
    const small = compressible.test(type) && content.length >= worthBytes;
    let compressed: Promise<Uint8Array<ArrayBuffer>> | undefined;
    const answer = async (c: Context): Promise<Response> => {
      const gzip = small && /\bgzip\b/.test(c.req.header("accept-encoding") ?? "");
      const body = gzip ? await (compressed ??= gzipped(content)) : content;
      return new Response(body, {
        headers: {
          "Content-Type": type,
          "Content-Length": String(body.length),
          "Cache-Control": address.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
          ...(small && { Vary: "Accept-Encoding" }),
          ...(gzip && { "Content-Encoding": "gzip" }),
        },
      });
    };
    app.get(address, answer);
    if (address === "/index.html") app.get("/", answer);
  }
}
