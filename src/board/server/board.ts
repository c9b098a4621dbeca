/** The board's server: follows a folder of runs and answers its page. */

import { once } from "node:events";
import { readdir, realpath, stat } from "node:fs/promises";
import type { Server } from "node:http";
import { isIP } from "node:net";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createAdaptorServer } from "@hono/node-server";
import { errorCode } from "../../base/atomicWrite.js";
import { DataError, UsageError } from "../../base/errors.js";
import { newToken } from "./accessToken.js";
import { boardApp } from "./app.js";
import { RunStore } from "./runStore.js";

export interface BoardOptions {
  /** Folder of runs. */
  readonly root: string;
  /** Name or address to listen on; any but this machine's own makes a token necessary. @default "127.0.0.1" */
  readonly host?: string;
  /** 0: any that is free. @default 6007, or the next free one */
  readonly port?: number;
  /** The built page. @default dist/board/page */
  readonly page?: string;
  /** Told of faults of the server itself, which it survives. @default none */
  readonly onFault?: (error: unknown) => void;
}

export interface Board {
  /** Opens the page; with the token where one is needed. */
  readonly url: string;
  readonly port: number;
  readonly token: string | null;
  readonly store: RunStore;
  /** Ends all connections. */
  close(): Promise<void>;
}

const defaultPort = 6007;
const portsTried = 100;

/**
 * Starts the board.
 * @throws DataError for a folder that cannot be read, or a page that was not built; UsageError for an address or port that cannot be used.
 */
export async function startBoard({ root, host = "127.0.0.1", port, page = builtPage(), onFault = () => {} }: BoardOptions): Promise<Board> {
  const store = new RunStore(await folderOf(root));
  const token = isLoopback(host) ? null : newToken();
  const closing = new AbortController();
  let bound = 0;
  const app = boardApp({ store, root, host, port: () => bound, token, page, closing: closing.signal, onFault });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  bound = await listen(server, host, port);
  server.on("error", onFault);
  try {
    await store.open();
  } catch (error) {
    server.close();
    throw error;
  }
  const shown = host === "0.0.0.0" || host === "::" ? "localhost" : isIP(host) === 6 ? `[${host}]` : host;
  return {
    url: `http://${shown}:${bound}/${token === null ? "" : `?token=${token}`}`,
    port: bound,
    token,
    store,
    async close() {
      closing.abort();
      store.close();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Beside this file once built; from the sources, where the build puts it. */
function builtPage(): string {
  const here = fileURLToPath(new URL(".", import.meta.url));
  return here.includes(`${join("src", "board", "server")}`) ? join(here, "../../../dist/board/page") : join(here, "../page");
}

async function folderOf(root: string): Promise<string> {
  try {
    const path = await realpath(resolve(root));
    if (!(await stat(path)).isDirectory()) throw new DataError(`${root} is a file; give the folder in which the runs are.`);
    // Tried, not asked: the system may answer for another user than it lets in.
    await readdir(path);
    await stat(`${path}/.`);
    return path;
  } catch (error) {
    if (error instanceof DataError) throw error;
    const code = errorCode(error);
    if (code === "ENOENT") throw new DataError(`there is no folder ${root}; name the one in which your runs are, or begin a run: npx nabla train convnet`);
    throw new DataError(`${root} cannot be read (${code === "EACCES" ? "permission is denied" : code}); check the path and its permissions.`);
  }
}

const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);

async function listen(server: Server, host: string, port: number | undefined): Promise<number> {
  const first = port ?? defaultPort;
  for (let tried = first; ; tried++) {
    try {
      server.listen(tried, host);
      await once(server, "listening");
      const address = server.address();
      return typeof address === "object" && address !== null ? address.port : tried;
    } catch (error) {
      const code = errorCode(error);
      if (code === "EADDRINUSE" && port === undefined && tried < first + portsTried) continue;
      if (code === "EADDRINUSE") throw new UsageError(`port ${tried} is taken by another program; give another one with --port, or none: the next free one is then used.`);
      if (code === "EACCES") throw new UsageError(`port ${tried} may not be used: permission is denied; choose one from 1024 on.`);
      if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN") throw new UsageError(`--host ${host}: this machine has no such address; 127.0.0.1 is for this machine alone, 0.0.0.0 for all that reach it.`);
      throw error;
    }
  }
}
