import { createHash } from "node:crypto";
import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DataError } from "../base/errors.js";
import { Generator } from "../base/generator.js";
import { download, type DownloadProgress } from "./download.js";

const generator = new Generator(1);
const body = Buffer.from(Uint8Array.from({ length: 200_000 }, () => generator.uint32() & 255));
const checksum = { algorithm: "sha256", hex: createHash("sha256").update(body).digest("hex") } as const;

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

let folder = "";
let path = "";
let server: Server | undefined;
let requests: (string | undefined)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-download-"));
  path = join(folder, "new", "file.bin");
  requests = [];
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
  await rm(folder, { recursive: true });
});

/** Starts a server; `requests` collects the Range headers. */
async function serve(handler: Handler): Promise<string> {
  server = createServer((request, response) => {
    requests.push(request.headers.range);
    handler(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.bin`;
}

/** Serves the body with ranges; cuts the connection after `cut` bytes. */
function respond(request: IncomingMessage, response: ServerResponse, cut = Infinity): void {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const rest = body.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    "content-length": rest.length,
    ...(from > 0 ? { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
  });
  if (rest.length <= cut) response.end(rest);
  else response.write(rest.subarray(0, cut), () => setTimeout(() => response.destroy(), 50));
}

const get = (urls: string[], more: Partial<Parameters<typeof download>[0]> = {}): Promise<void> =>
  download({ urls, path, bytes: body.length, checksum, backOffMs: 1, ...more });

const exists = (file: string): Promise<boolean> => access(file).then(() => true, () => false);

test("a file arrives whole, with progress, and leaves no temporary one", async () => {
  const url = await serve((request, response) => respond(request, response));
  const seen: DownloadProgress[] = [];
  await get([url], { onProgress: (progress) => void seen.push(progress) });
  expect((await readFile(path)).equals(body)).toBe(true);
  expect(await exists(`${path}.part`)).toBe(false);
  expect(seen.at(-1)).toEqual({ file: "file.bin", received: body.length, total: body.length });
});

test("after a cut connection it goes on where it stopped", async () => {
  const url = await serve((request, response, count) => respond(request, response, count === 1 ? 70_000 : Infinity));
  await get([url]);
  expect((await readFile(path)).equals(body)).toBe(true);
  expect(requests).toEqual([undefined, "bytes=70000-"]);
});

test("a later run goes on where an earlier one was killed", async () => {
  const url = await serve((request, response) => respond(request, response));
  await get([url], { path: join(folder, "warm-up") });
  await writeFile(join(folder, "file.bin.part"), body.subarray(0, 1234));
  await get([url], { path: join(folder, "file.bin") });
  expect(requests[1]).toBe("bytes=1234-");
  expect((await readFile(join(folder, "file.bin"))).equals(body)).toBe(true);
});

test("a server without ranges sends all again", async () => {
  const url = await serve((_, response, count) => {
    response.writeHead(200, { "content-length": body.length });
    if (count === 1) response.write(body.subarray(0, 9000), () => setTimeout(() => response.destroy(), 50));
    else response.end(body);
  });
  await get([url]);
  expect(requests[1]).toBe("bytes=9000-");
  expect((await readFile(path)).equals(body)).toBe(true);
});

test("503 is tried again, 404 is not: the next address is", async () => {
  const url = await serve((request, response, count) => {
    if (request.url === "/gone") response.writeHead(404).end();
    else if (count < 4) response.writeHead(503).end();
    else respond(request, response);
  });
  await get([new URL("/gone", url).href, url]);
  expect(requests).toHaveLength(4);
  expect((await readFile(path)).equals(body)).toBe(true);
});

test("a wrong checksum is an error that gives both sums, and leaves nothing", async () => {
  const url = await serve((request, response) => respond(request, response));
  const wrong = { algorithm: "md5", hex: "0".repeat(32) } as const;
  await expect(get([url], { checksum: wrong })).rejects.toThrow(/file\.bin could not be downloaded.*md5 is [0-9a-f]{32}, expected 0{32}/s);
  expect(await exists(path)).toBe(false);
  expect(await exists(`${path}.part`)).toBe(false);
  expect(requests).toHaveLength(1);
});

test("a stale beginning is thrown away when the sum does not fit, and the file fetched anew", async () => {
  const url = await serve((request, response) => respond(request, response));
  await writeFile(join(folder, "file.bin.part"), Buffer.alloc(500));
  await get([url], { path: join(folder, "file.bin") });
  expect(requests).toEqual(["bytes=500-", undefined]);
  expect((await readFile(join(folder, "file.bin"))).equals(body)).toBe(true);
});

test("a server that sends too much, or stalls, is given up", async () => {
  const long = await serve((_, response) => void response.writeHead(200).end(Buffer.concat([body, body])));
  await expect(get([long])).rejects.toThrow(/sends more than the 200000 bytes/);
  server?.closeAllConnections();
  server?.close();
  const mute = await serve((_, response) => void response.writeHead(200, { "content-length": body.length }).write(body.subarray(0, 10)));
  await expect(get([mute], { stallMs: 100, attempts: 2 })).rejects.toThrow(/nothing came for 0\.1 s/);
});

test("offline, the error says what was tried and what to do", async () => {
  const failure = get(["http://127.0.0.1:1/file.bin"], { attempts: 2 });
  await expect(failure).rejects.toThrow(DataError);
  await expect(failure).rejects.toThrow(/127\.0\.0\.1:1.*Run the command again.*put it at/s);
});

test("a folder that cannot be written is named", async () => {
  await writeFile(join(folder, "new"), "a file in the way");
  await expect(get(["http://127.0.0.1:1/file.bin"])).rejects.toThrow(/new.*(EEXIST|ENOTDIR)/);
});
