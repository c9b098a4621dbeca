/**
 * Import directions: a room of src/ may import from itself and from the rooms before it in this list, never from a
 * later one. Prints `file:line` of each violation and exits 1 if there is any. Tests may import what they like, and
 * the entry points (src/*.ts) see every room.
 */

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const rooms = [
  "base", "backend", "tensor", "ops", "autograd", "nn", "optim", "data", "metrics", "classic",
  "interop", "models", "train", "plot", "platform", "board", "lab", "cli",
];

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const src = join(root, "src");

const roomOf = (file) => {
  const parts = relative(src, file).split(sep);
  return parts.length > 1 ? parts[0] : undefined;
};

/** Blanks comments but keeps their line breaks, so that code in a docstring is no import and lines still count. */
const withoutComments = (text) =>
  text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, " "));

const specifiers = /(?:\bfrom|\bimport|\bimport\s*\(|\bnew\s+URL\s*\()\s*["'](\.[^"']*)["']/g;

const violations = [];
let files = 0;
for (const name of readdirSync(src, { recursive: true })) {
  const file = join(src, name);
  if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
  const room = roomOf(file);
  if (room === undefined) continue;
  files++;
  const place = relative(root, file);
  if (!rooms.includes(room)) {
    violations.push(`${place}:1: room "${room}" has no place in the order of scripts/check-imports.mjs; add it there`);
    continue;
  }
  const text = withoutComments(readFileSync(file, "utf8"));
  for (const match of text.matchAll(specifiers)) {
    const target = resolve(dirname(file), match[1]);
    if (relative(src, target).startsWith("..")) continue;
    const line = text.slice(0, match.index).split("\n").length;
    const targetRoom = roomOf(target);
    if (targetRoom === undefined) {
      violations.push(`${place}:${line}: "${match[1]}" is an entry point; import from the room that defines it`);
    } else if (rooms.indexOf(targetRoom) > rooms.indexOf(room)) {
      violations.push(`${place}:${line}: ${room} may not import from ${targetRoom} ("${match[1]}"): imports point down only`);
    }
  }
}

for (const violation of violations) console.error(violation);
if (violations.length > 0) process.exitCode = 1;
else console.log(`imports point down in ${files} files`);
