/**
 * Access token of a board that other machines can reach. It is printed once, as part of the address; opening that leaves a cookie that scripts cannot read
 * and other sites cannot send, and goes on to the address without the token.
 */

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";

export const newToken = (): string => randomBytes(24).toString("base64url");

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** @param port cookies do not tell ports apart, so their name does */
export function requireToken(token: string, port: () => number): MiddlewareHandler {
  const expected = digest(token);
  const right = (given: string | undefined): boolean => given !== undefined && timingSafeEqual(digest(given), expected);
  return async (c, next) => {
    const name = `nabla_board_${port()}`;
    const given = c.req.query("token");
    if (right(given) && c.req.method === "GET") {
      setCookie(c, name, token, { httpOnly: true, sameSite: "Strict", path: "/" });
      return c.redirect("/", 303);
    }
    const bearer = /^Bearer (.+)$/.exec(c.req.header("authorization") ?? "")?.[1];
    if (right(getCookie(c, name)) || right(bearer)) return next();
    const message = "This board wants its token. Open the address that `nabla board` printed when it started: it ends in ?token=…";
    if (c.req.path.startsWith("/api/")) return c.json({ error: message }, 401);
    return c.html(`<!doctype html><html lang="en"><meta charset="utf-8"><title>nabla board</title><h1>Token needed</h1><p>${message.replace(/`(.*?)`/g, "<code>$1</code>")}</p></html>`, 401);
  };
}
