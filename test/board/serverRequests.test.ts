/** Requests that nobody should send: the server refuses them in words, gives nothing away, and goes on. */

import fc from "fast-check";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EventWriter } from "../../src/index.js";
import { boardTests, epochLine, runJson, type TestBoard, writeRun } from "./runFolders.js";

const { root, start } = boardTests();

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request as it is written, with no browser or library in between that would tidy it up. */
function ask({ port }: { readonly port: number }, path: string, { method = "GET", headers = {}, body }: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers: { host: `127.0.0.1:${port}`, ...headers }, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => (text += part)).on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

async function alive(board: TestBoard): Promise<void> {
  expect((await ask(board, "/api/runs")).status).toBe(200);
  expect(board.faults).toEqual([]);
}

test("answers carry strict headers; assets may be kept, everything else not; text is compressed", async () => {
  const board = await start();
  for (const path of ["/", "/api/runs", "/assets/main-abc.js", "/none", "/api/none"]) {
    const { headers } = await ask(board, path, { headers: { "accept-encoding": "gzip" } });
    expect(headers["content-security-policy"]).toBe(
      "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self' blob:; " +
        "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers).toMatchObject({ "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp", "cross-origin-resource-policy": "same-origin", "x-content-type-options": "nosniff" });
    expect(headers).not.toHaveProperty("access-control-allow-origin");
    expect(headers).not.toHaveProperty("x-powered-by");
    expect([path, headers["cache-control"]]).toEqual([path, path.startsWith("/assets") ? "public, max-age=31536000, immutable" : path === "/" ? "no-cache" : "no-store"]);
    if (path.startsWith("/assets")) expect(headers["content-encoding"]).toBe("gzip");
  }
});

describe("nothing outside the folder can be asked for", () => {
  const secret = "secret-content";
  const outside = ["../secret.txt", "../secret", "..", ".", "../../../../../../etc/passwd", "/etc/passwd", "a/../../secret", "./../secret", "a/run.json", "a/..", "a/.", "events", "C:\\secret", "..\\secret", "\\\\host\\share", "a\u0000", "\u0000", "a/", "/a", "//a", "a//", "A", "a ", "a.", "a::$DATA", "CON", "~", "%2e%2e", "..%2fsecret", "....//secret", "..;/secret", "file:///etc/passwd", "http://127.0.0.1/", "\uff0e\uff0e\uff0fsecret"];
  const encodings: readonly ((text: string) => string)[] = [
    (text) => text.replace(/[^!-~]|[#?\\]/g, encodeURIComponent),
    encodeURIComponent,
    (text) => encodeURIComponent(encodeURIComponent(text)),
    (text) => Array.from(new TextEncoder().encode(text), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
    (text) => encodeURIComponent(text).replace(/\./g, "%c0%ae").replace(/%2F/g, "%c0%af"),
    (text) => text.replace(/[^a-z.]/gi, encodeURIComponent).replace(/\./g, "%2e"),
  ];
  test.each(encodings.map((encode, i) => [i, encode] as const))("in spelling %i", async (_, encode) => {
    writeRun(root(), "a");
    writeRun(join(root(), ".."), "secret", { record: { config: { secret } } });
    writeFileSync(join(root(), "..", "secret.txt"), secret);
    const board = await start();
    for (const path of outside.map(encode)) {
      for (const address of [`/${path}`, `/assets/${path}`, `/api/${path}`, `/api/runs/${path}`, `/api/runs/${path}/model`, `/api/runs/${path}/predictions/image?index=0`, `/api/runs/a/${path}`, `/api/runs/a/image?tag=${path}&step=0`, `/api/runs/a/inspection/maps?sample=0&layer=${path}`, `/api/series?run=${path}&tag=${path}`]) {
        const { status, text, headers } = await ask(board, address);
        expect([address, text.includes(secret) || text.includes("root:")]).toEqual([address, false]);
        // Some of these spell the page itself, the list, or run "a".
        expect([address, status < 500, status === 200 && !/json|html/.test(String(headers["content-type"]))]).toEqual([address, true, false]);
      }
    }
    await alive(board);
  });
});

describe("only the board's own page is answered", () => {
  const own = (port: number): readonly string[] => [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, "localhost", `[::1]:${port}`, `${hostname()}:${port}`, "192.168.3.4:80"];
  const foreign = ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:6007", "evil.example:80@localhost", "localhost:evil", "local host", "127.0.0.1:1:2", "[::1", "127.1.evil"];
  test("by its name", async () => {
    const board = await start();
    for (const host of own(board.port)) expect([host, (await ask(board, "/api/runs", { headers: { host } })).status]).toEqual([host, 200]);
    for (const host of foreign) expect([host, (await ask(board, "/api/runs", { headers: { host } })).status]).toEqual([host, expect.toBeOneOf([400, 403])]);
    await alive(board);
  });

  test("by where the request comes from", async () => {
    const board = await start();
    const status = async (headers: Record<string, string>, path = "/api/runs") => (await ask(board, path, { headers })).status;
    const self = `http://127.0.0.1:${board.port}`;
    expect(await status({ origin: self })).toBe(200);
    expect(await status({ origin: self, "sec-fetch-site": "same-origin" })).toBe(200);
    expect(await status({ "sec-fetch-site": "none" })).toBe(200);
    for (const origin of ["http://evil.example", "null", "", "https://127.0.0.1.evil.example", `http://127.0.0.1:${board.port + 1}`, `http://localhost:${board.port}`, "file://", "javascript:alert(1)"]) expect([origin, await status({ origin })]).toEqual([origin, 403]);
    for (const site of ["cross-site", "same-site", "odd"]) expect([site, await status({ "sec-fetch-site": site }), await status({ "sec-fetch-site": site }, "/")]).toEqual([site, 403, 403]);
    // A link to the board, in a chat or a wiki, may be followed; what it may not do is read, or be framed.
    const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    expect([await status(link, "/"), await status(link), await status({ ...link, "sec-fetch-dest": "iframe" }, "/")]).toEqual([200, 403, 403]);
  });

  test("by methods that read, or write notes", async () => {
    writeRun(root(), "a");
    const board = await start();
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "MKCOL"]) {
      for (const path of ["/", "/api/runs", "/api/runs/a"]) expect([method, path, (await ask(board, path, { method })).status]).toEqual([method, path, 405]);
    }
    expect((await ask(board, "/api/runs/a", { method: "HEAD" })).status).toBe(200);
    expect((await ask(board, "/api/runs", { method: "PATCH" })).status).toBe(404);
    // Of the stream, which has no end, only the head.
    expect((await ask(board, "/api/stream", { method: "HEAD" })).status).toBe(200);
    expect(board.store.listenerCount("run")).toBe(0);
    await alive(board);
  });
});

test("sizes: long addresses, large bodies, many curves", async () => {
  writeRun(root(), "a");
  const board = await start();
  expect((await ask(board, `/api/runs/${"x".repeat(8000)}`)).status).toBe(404);
  expect((await ask(board, `/${"x".repeat(100_000)}`)).status).toBe(431);
  expect((await ask(board, `/api/series?${Array.from({ length: 1000 }, (_, i) => `run=${i}`).join("&")}&tag=a&tag=b&tag=c`)).status).toBe(400);
  const headers = { "content-type": "application/json" };
  expect((await ask(board, "/api/runs/a", { method: "PATCH", headers, body: "x".repeat(1e6) }).catch(() => ({ status: 413 }))).status).toBe(413);
  expect((await ask(board, "/api/runs/a", { method: "PATCH", headers: { ...headers, "transfer-encoding": "chunked" }, body: "x".repeat(1e6) }).catch(() => ({ status: 413 }))).status).toBe(413);
  await alive(board);
});

test("what is no HTTP, and connections that break off", async () => {
  const board = await start();
  for (const text of ["\u0000\u0001\u0002", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /api/runs HTTP/1.1\r\nHost: evil\r\nHost: localhost\r\n\r\n", "GET /api/runs HTTP/1.0\r\n\r\n", "GET http://evil.example/api/runs HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n", "PATCH /api/runs/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{"]) {
    const answer = await new Promise<string>((resolve) => {
      let got = "";
      const socket = connect(board.port, "127.0.0.1", () => socket.write(text));
      setTimeout(() => socket.destroy(), 50);
      socket.on("data", (part) => (got += String(part))).on("close", () => resolve(got)).on("error", () => {});
    });
    expect(answer).not.toMatch(/^HTTP\/1\.1 (200 OK[^]*"runs"|5)/);
  }
  await alive(board);
});

describe("open to other machines", () => {
  test("only with the token, which leaves the address at once", async () => {
    const board = await start({ host: "0.0.0.0" });
    const token = board.token!;
    expect(token.length).toBeGreaterThanOrEqual(32);
    expect(board.url).toBe(`http://localhost:${board.port}/?token=${token}`);
    const page = await ask(board, "/");
    expect([page.status, page.headers["content-type"], page.text]).toEqual([401, expect.stringMatching(/html/), expect.stringMatching(/Open the address that <code>nabla board<\/code> printed/)]);
    const wrong: readonly Record<string, string>[] = [{}, { cookie: `nabla_board_${board.port}=${token.slice(1)}` }, { cookie: `nabla_board_${board.port}=` }, { authorization: "Bearer x" }, { authorization: `Basic ${token}` }];
    for (const headers of wrong) {
      const refused = await ask(board, "/api/runs", { headers });
      expect([refused.status, JSON.parse(refused.text)]).toEqual([401, { error: expect.stringMatching(/wants its token/) }]);
    }
    expect((await ask(board, "/?token=wrong")).status).toBe(401);
    const first = await ask(board, `/?token=${token}`);
    expect([first.status, first.headers.location]).toEqual([303, "/"]);
    const [cookie] = first.headers["set-cookie"] as string[];
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await ask(board, "/api/runs", { headers: { cookie: cookie.split(";")[0] } })).status).toBe(200);
    expect((await ask(board, "/api/runs", { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    // A foreign name that was made to point here does not help.
    expect((await ask(board, "/api/runs", { headers: { host: "evil.example", cookie: cookie.split(";")[0] } })).status).toBe(403);
  });

  test("this machine alone needs none", async () => {
    for (const host of ["127.0.0.1", "localhost"]) expect((await start({ host })).token).toBeNull();
  });
});

describe("whatever comes", () => {
  const odd = fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.constantFrom("../", "..%2f", "\u0000", "__proto__", "NaN", "1e999", "-1", "0x10", "9007199254740993", "a", "valLoss", "", " ", "%", "%zz", "%c0%ae"));
  const part = odd.map((text) => {
    try {
      return encodeURIComponent(text);
    } catch {
      return "%ed%a0%80"; // half a surrogate pair
    }
  });
  const query = fc.dictionary(fc.constantFrom("run", "tag", "x", "points", "from", "to", "means", "step", "index", "label", "predicted", "which", "sort", "offset", "limit", "sample", "layer", "token", "__proto__"), part, { maxKeys: 5 }).map((all) => Object.entries(all).map(([key, value]) => `${key}=${value}`).join("&"));
  const ends = ["", "/histograms", "/images", "/image", "/model", "/predictions", "/predictions/items", "/predictions/image", "/inspection", "/inspection/maps", "/none"];

  test("is asked, the answer is a sentence at worst", async () => {
    writeRun(root(), "a");
    const writer = new EventWriter(join(root(), "b"), { wallTime: 1 });
    writer.addScalar("loss", 1, 1);
    await writer.close();
    const board = await start();
    await fc.assert(
      fc.asyncProperty(fc.oneof(part, fc.constantFrom("a", "b")), fc.constantFrom(...ends), query, fc.boolean(), async (id, end, given, series) => {
        const { status, text } = await ask(board, series ? `/api/series?${given}` : `/api/runs/${id}${end}?${given}`);
        expect(status).toBeLessThan(500);
        if (status >= 400) expect((JSON.parse(text) as { error: string }).error).toMatch(/.{10,}/);
      }),
      { numRuns: 300 },
    );
    await alive(board);
  });

  test("is sent as notes, it is refused or kept as it is", async () => {
    writeRun(root(), "a");
    const board = await start();
    const body = fc.oneof(fc.json(), fc.string({ unit: "binary" }), fc.record({ tags: fc.array(fc.string({ unit: "binary" })), group: fc.string(), note: fc.string({ unit: "binary" }) }).map((notes) => JSON.stringify(notes)));
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const answer = await ask(board, "/api/runs/a", { method: "PATCH", headers: { "content-type": "application/json" }, body: text });
        expect([200, 400]).toContain(answer.status);
        if (answer.status === 200) expect((JSON.parse(answer.text) as { notes: { note: string } }).notes.note).toBe((JSON.parse(text) as { note: string }).note);
      }),
      { numRuns: 100 },
    );
    await alive(board);
  });

  test("is in the files, the server answers", async () => {
    const golden = readFileSync(new URL("../golden/events.tfevents", import.meta.url));
    const spoil = (text: Buffer) => fc.array(fc.tuple(fc.nat(Math.max(0, text.length - 1)), fc.nat(255)), { maxLength: 6 }).chain((changes) => fc.nat(text.length).map((length) => {
      const bytes = Buffer.from(text);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes.subarray(0, length);
    }));
    const any = (text: string) => fc.oneof(spoil(Buffer.from(text)), fc.json().map((json) => Buffer.from(json)), fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)));
    const files = fc.record({
      "run.json": any(runJson({ status: { state: "failed", reason: "x" }, metrics: [{ name: "mse", unit: "", direction: "lower" }], monitor: "mse" })),
      "metrics.jsonl": any([1, 2, 3].map((epoch) => epochLine(epoch, { phases: { data: 1 }, dead: { conv1: 0.5 } })).join("")),
      "board.json": any('{"tags":["a"],"group":"b","note":"c"}'),
      "run.lock": any('{"pid":1,"host":"x","started":"2"}'),
      "model.json": any('{"format":1,"inputShape":[1],"root":{"path":"","type":"A","text":"A","inputShape":null,"outputShape":null,"parameters":0,"multiplyAdds":0,"outputBytes":0,"receptiveField":null,"children":[]},"edges":[]}'),
      "inspection.json": any('{"format":1,"epoch":1,"classes":null,"samples":[],"layers":[]}'),
      "inspection.safetensors": any("\u0008\u0000\u0000\u0000\u0000\u0000\u0000\u0000{}      "),
      "predictions.safetensors": any("\u0008\u0000\u0000\u0000\u0000\u0000\u0000\u0000{}      "),
      "events.out.tfevents.1": spoil(golden),
    });
    const folder = writeRun(root(), "a");
    const board = await start();
    const run = board.store.get("a")!;
    await fc.assert(
      fc.asyncProperty(files, async (contents) => {
        for (const [name, bytes] of Object.entries(contents)) writeFileSync(join(folder, name), bytes);
        await board.store.refresh(run);
        const detail = await ask(board, "/api/runs/a");
        expect(detail.status).toBe(200);
        const { scalars, histograms, images } = JSON.parse(detail.text) as { scalars: { tag: string }[]; histograms: { tag: string }[]; images: { tag: string }[] };
        const tags = scalars.map(({ tag }) => `&tag=${encodeURIComponent(tag)}`).join("");
        const paths = ["/api/runs", `/api/series?run=a&points=2${tags || "&tag=x"}`, ...ends.map((end) => `/api/runs/a${end}?sample=0&index=0`)];
        for (const { tag } of histograms.slice(0, 3)) paths.push(`/api/runs/a/histograms?tag=${encodeURIComponent(tag)}`);
        for (const { tag } of images.slice(0, 3)) paths.push(`/api/runs/a/images?tag=${encodeURIComponent(tag)}`, `/api/runs/a/image?tag=${encodeURIComponent(tag)}&step=0`);
        for (const path of paths) {
          const { status, text } = await ask(board, path);
          expect([path, status, status >= 500 && text]).toEqual([path, expect.any(Number), false]);
        }
      }),
      { numRuns: 60 },
    );
    await alive(board);
  });
});
