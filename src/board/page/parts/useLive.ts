/** Answers of the server that stay current while a component shows them. */

import { useEffect, useRef, useState } from "preact/hooks";
import { changes, connection, getJson } from "../api.js";

export interface Live<T> {
  /** Null until the first answer, and again when the path changes. */
  readonly data: T | null;
  /** The server's sentence, where the last answer was none. */
  readonly error: string | null;
}

interface Answer<T> extends Live<T> {
  readonly path: string;
  readonly text: string;
}

/**
 * The JSON at `path`, fetched again whenever one of the runs changes, or `source`, from which it follows; null: nothing is wanted. While an answer is on its way there is
 * no second request for it, and an answer equal to the last one draws nothing anew.
 */
export function useLive<T>(path: string | null, runs: readonly string[], source?: unknown): Live<T> {
  const [answer, setAnswer] = useState<Answer<T> | null>(null);
  const wanted = useRef(path);
  const busy = useRef<string | null>(null);
  const again = useRef(false);
  wanted.current = path;
  // What went wrong while the server was away is asked for again when it is back.
  const lost = connection.value === "lost";
  const version = runs.map((id) => changes.value.get(id) ?? 0).join();
  useEffect(() => {
    const load = async (from: string): Promise<void> => {
      if (busy.current === from) {
        again.current = true;
        return;
      }
      busy.current = from;
      again.current = false;
      const got = await getJson<T>(from).then((data) => ({ data, error: null, text: JSON.stringify(data) }), (error: Error) => ({ data: null, error: error.message, text: "" }));
      if (busy.current === from) busy.current = null;
      if (wanted.current !== from) return;
      setAnswer((last) => {
        if (last?.path !== from) return { path: from, ...got };
        if (got.error !== null) return { ...last, error: got.error };
        return last.error === null && last.text === got.text ? last : { path: from, ...got };
      });
      if (again.current) await load(from);
    };
    if (path !== null && !lost) void load(path);
  }, [path, version, source, lost]);
  useEffect(() => () => void (wanted.current = null), []);
  return answer !== null && answer.path === path ? answer : { data: null, error: null };
}
