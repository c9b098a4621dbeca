/** Pages of Markdown from the public entries: signature, text, options, members, errors, example, source. */

import { readFileSync } from "node:fs";
import { basename, relative } from "node:path";
import { openingComment } from "./declarations.mjs";
import { pageOf } from "./pages.mjs";

/** @typedef {import("./exports.mjs").Entry} Entry */

const isType = ({ declaration }) => declaration.kind === "interface" || declaration.kind === "type";
const byName = (a, b) => a.name.localeCompare(b.name, "en");

/** @returns {Map<string, string>} content by file name; `methods` are declared on Tensor by other rooms */
export function render(entries, { root, methods }) {
  const pages = new Map();
  for (const entry of entries) {
    const page = pageOf(relative(`${root}/src`, entry.file));
    if (!pages.has(page.name)) pages.set(page.name, { ...page, entries: [] });
    pages.get(page.name).entries.push(entry);
  }
  const context = { root, methods, byType: typesByName(entries), links: new Map(), inlined: new Map() };
  findInlined(entries, context);
  for (const page of pages.values()) layOut(page, context);

  const order = [...pages.values()].sort((a, b) => a.order - b.order || a.title.localeCompare(b.title, "en"));
  const files = new Map(order.map((page) => [`${page.name}.md`, renderPage(page, context)]));
  files.set("README.md", renderIndex(order, context));
  return files;
}

/** Interfaces and type aliases by the name that stands in signatures. */
function typesByName(entries) {
  return new Map(entries.filter((entry) => isType(entry) || entry.declaration.kind === "class").map((entry) => [entry.declaration.name, entry]));
}

/** Names of public types that a signature mentions. */
function mentioned(signature, { byType }) {
  const found = new Set();
  for (const [word] of signature.matchAll(/(?<![\w.])[A-Z]\w*/g)) if (byType.has(word) && word !== "Tensor") found.add(byType.get(word));
  return [...found];
}

/** Options that one entry alone takes are described there. */
function findInlined(entries, context) {
  const users = new Map();
  for (const entry of entries) {
    for (const type of mentioned(signaturesOf(entry).join("\n"), context)) {
      if (type === entry || type.declaration.kind !== "interface") continue;
      users.set(type, [...(users.get(type) ?? []), entry]);
    }
  }
  for (const [type, [user, ...others]] of users) {
    if (others.length === 0 && !isType(user) && user.file === type.file && type.declaration.name.endsWith("Options")) context.inlined.set(type, user);
  }
}

/** Sections by source file, in the order of their first export, and the address of every entry. */
function layOut(page, context) {
  page.sections = new Map();
  for (const entry of page.entries) {
    if (context.inlined.has(entry)) continue;
    if (!page.sections.has(entry.file)) page.sections.set(entry.file, []);
    page.sections.get(entry.file).push(entry);
  }
  const used = new Map();
  const anchor = (heading) => {
    const plain = heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
    const count = used.get(plain) ?? 0;
    used.set(plain, count + 1);
    return count === 0 ? plain : `${plain}-${count}`;
  };
  anchor(page.title);
  for (const [file, section] of page.sections) {
    section.sort((a, b) => isType(a) - isType(b) || (isType(a) ? byName(a, b) : 0));
    if (page.sections.size > 1) anchor(sectionTitle(file));
    for (const entry of section) context.links.set(entry, { page: page.name, anchor: anchor(entry.name) });
  }
  for (const entry of page.entries) if (context.inlined.has(entry)) context.links.set(entry, context.links.get(context.inlined.get(entry)));
}

function sectionTitle(file) {
  const name = basename(file, ".ts");
  const words = name.replaceAll(/([a-z])([A-Z])/g, "$1 $2");
  const title = words[0].toUpperCase() + words.slice(1).replaceAll(/ [A-Z](?=[a-z])/g, (letter) => letter.toLowerCase());
  return title.replaceAll(/\b(?:csv|gru|idx|kl|lstm|lu|qr|rnn|svd)\b/gi, (word) => word.toUpperCase());
}

const href = (entry, page, { links }) => {
  const { page: target, anchor } = links.get(entry);
  return `${target === page ? "" : `${target}.md`}#${anchor}`;
};

const link = (entry, page, context) => `[\`${entry.name}\`](${href(entry, page, context)})`;

function renderPage(page, context) {
  const parts = [`# ${page.title}`, page.intro];
  for (const [file, section] of page.sections) {
    if (page.sections.size > 1) parts.push(`## ${sectionTitle(file)}`, escape(openingComment(readFileSync(file, "utf8"))));
    for (const entry of section) parts.push(...renderEntry(entry, page.name, context));
  }
  return `${notice}\n\n${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

const notice = "<!-- Made from the docstrings by `npm run docs`; change them, not this file. -->";

function renderEntry(entry, page, context) {
  const { declaration, aliases, file } = entry;
  const { doc } = declaration;
  const code = ["```ts", ...signaturesOf(entry), "```"].join("\n");
  const parts = [`### \`${entry.name}\``, code];
  if (doc !== undefined) parts.push(escape(doc.text));
  const constructor = constructorOf(entry);
  if (constructor?.doc !== undefined) parts.push(escape(constructor.doc.text));
  const params = [...(doc?.params ?? []), ...(constructor?.doc?.params ?? [])];
  if (params.length > 0) parts.push(params.map((text) => `- ${escape(text.replace(/^(\[?[\w.]+\]?)\s*[-–]?\s*/, "`$1` "))}`).join("\n"));
  if (declaration.kind === "interface") parts.push(fieldTable(declaration.members));
  if (declaration.kind === "class") parts.push(...renderMembers(entry, context));
  for (const [type, user] of context.inlined) {
    if (user === entry) parts.push(`\`${type.declaration.name}\`${extended(type, page, context)}${sentenceOf(type.declaration.doc)}:`, fieldTable(type.declaration.members));
  }
  const throws = [...(doc?.throws ?? []), ...(constructor?.doc?.throws ?? [])];
  if (throws.length > 0) parts.push(throws.map((text) => `**Throws** ${escape(text)}`).join("\n\n"));
  for (const example of doc?.examples ?? []) parts.push(["```ts", example, "```"].join("\n"));
  const see = mentioned(signaturesOf(entry).join("\n"), context).filter((type) => type !== entry && context.inlined.get(type) !== entry);
  const notes = [`[Source](../../${relative(context.root, file)})`];
  if (aliases.length > 0) notes.unshift(`Also ${aliases.map((name) => `\`${name}\``).join(", ")}.`);
  if (see.length > 0) notes.unshift(`See ${see.map((type) => link(type, page, context)).join(", ")}.`);
  parts.push(notes.join(" "));
  return parts;
}

const extended = ({ declaration }, page, context) => {
  const base = declaration.base === undefined ? undefined : context.byType.get(declaration.base);
  return base === undefined ? "" : `, and ${link(base, page, context)}`;
};

const sentenceOf = (doc) => (doc === undefined || doc.text === "" ? "" : `, ${escape(lower(doc.text.replace(/\.$/, "")))}`);
const lower = (text) => (/^[A-Z][a-z]/.test(text) ? text[0].toLowerCase() + text.slice(1) : text);

/** The class and those of its bases that are not public. */
const family = ({ declaration, bases }) => [declaration, ...bases];
const constructorOf = (entry) => family(entry).flatMap(({ members }) => members.filter((m) => m.name === "constructor"))[0];

/** What a reader calls. */
function signaturesOf(entry) {
  const { declaration, name } = entry;
  if (declaration.kind === "interface" || declaration.kind === "type") return [declaration.signature];
  if (declaration.kind !== "class") return declaration.signature.split("\n").map((line) => name + line.slice(declaration.name.length));
  const base = [declaration, ...entry.bases].at(-1).base;
  const heading = `${declaration.abstract ? "abstract " : ""}class ${name}${base === undefined ? "" : ` extends ${base}`}`;
  if (/^(?:Nabla)?Error$/.test(base ?? "")) return [heading];
  const constructor = constructorOf(entry);
  if (constructor?.doc?.internal || declaration.abstract) return [heading];
  const made = constructor === undefined ? "()" : constructor.signature.slice("constructor".length).replaceAll(/\b(?:readonly|override|public|private|protected) (?=\w+[?:]|\w+ =)/g, "");
  const forward = family(entry).flatMap(({ members }) => members.filter((m) => m.name === "forward"))[0];
  return [heading, `new ${name}${made}`, ...(forward === undefined || declaration.name === "Module" ? [] : forward.signature.split("\n"))];
}

/** Documented fields and methods. */
function renderMembers(entry, context) {
  const seen = new Set(["constructor", "forward", "describe"]);
  const members = [...family(entry).flatMap((d) => d.members), ...(entry.name === "Tensor" ? context.methods : [])].filter(({ name, doc }) => {
    if (doc === undefined || doc.internal || seen.has(name)) return false;
    seen.add(name);
    return true;
  });
  const parts = members.length === 0 ? [] : [members.map((m) => memberItem(m)).join("\n")];
  if (entry.name === "Tensor") {
    const plain = context.methods.filter(({ name, doc }) => doc === undefined && !seen.has(name));
    parts.push(`Operations are methods too, with the tensor as the first operand: ${plain.map(({ name, signature }) => `\`${signature.split("\n")[0].slice(0, signature.indexOf("):") + 1) || name}\``).join(", ")}.`);
  }
  return parts;
}

function memberItem({ signature, doc }) {
  const text = [doc.text, ...doc.params.map((p) => `\`${p.split(" ")[0]}\`: ${p.slice(p.indexOf(" ") + 1)}`), ...doc.throws.map((t) => `Throws ${t}`)].join(" ");
  const example = doc.examples.map((code) => `\n\n  \`\`\`ts\n${code.replaceAll(/^(?=.)/gm, "  ")}\n  \`\`\`\n`).join("");
  return `- \`${signature.replace(/^\*/, "").replaceAll("\n", "`, `")}\` — ${escape(text).replaceAll("\n", " ")}${example}`;
}

function fieldTable(members) {
  if (members.length === 0) return "";
  const cell = (text) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  const rows = members.map(({ name, signature, doc }) => {
    const type = signature.replace(/^(?:readonly )?/, "").slice(name.length);
    const shown = type.startsWith("(") || type.startsWith("<") || type.startsWith("?(") ? `${name}${type}` : type.replace(/^\??: /, "");
    return `| \`${name}${type.startsWith("?") ? "?" : ""}\` | \`${cell(shown)}\` | ${cell(escape(doc?.text ?? ""))} |`;
  });
  return ["| field | type | |", "|---|---|---|", ...rows].join("\n");
}

function renderIndex(pages, context) {
  const parts = ["# API reference", "Every public name, by room. What a docstring promises in its example is run by the tests."];
  for (const page of pages) {
    const lines = [...page.sections.values()].flat().filter((entry) => !isType(entry)).map((entry) => `- [\`${entry.name}\`](${href(entry, "README", context)}) — ${escape(firstSentence(entry.declaration.doc?.text ?? ""))}`);
    parts.push(`## [${page.title}](${page.name}.md)`, page.intro, lines.join("\n"));
  }
  return `${notice}\n\n${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** Up to the first full stop that ends a sentence. */
function firstSentence(text) {
  const [paragraph] = text.split("\n\n");
  const end = /(?<!\b(?:e\.g|i\.e|al|vs|\d))\.(?=\s+[A-Zα-ω0-9(`[]|$)/u.exec(paragraph);
  return (end === null ? paragraph : paragraph.slice(0, end.index + 1)).replaceAll("\n", " ");
}

/** Signs that Markdown would take for markup; code between backticks stays as it is. */
function escape(text) {
  return text.split(/(`[^`]*`)/).map((part) => (part.startsWith("`") ? part : part.replaceAll(/[*<]|(?<=\])\((?=\S)/g, "\\$&"))).join("");
}
