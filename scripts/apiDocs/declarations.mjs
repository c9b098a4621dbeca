/**
 * What a source file declares: names, docstrings and signatures, read from the text. Relies on the layout of our sources: a top-level
 * declaration begins in column 1, a member of a class or an interface two columns in, and a docstring stands right above.
 */

/**
 * @typedef {{ text: string, params: string[], throws: string[], examples: string[], internal: boolean }} Doc
 * @typedef {{ name: string, doc: Doc | undefined, signature: string }} Member
 * @typedef {{ kind: "function" | "class" | "interface" | "type" | "const", name: string, exported: boolean, abstract: boolean, doc: Doc | undefined, signature: string, base?: string, members: Member[] }} Declaration
 */

const docPattern = String.raw`(?:\/\*\*((?:(?!\*\/)[^])*)\*\/[ \t]*\n)?`;

/** The comment that opens a file. */
export function openingComment(source) {
  const match = /^\s*\/\*\*((?:(?!\*\/)[^])*)\*\//.exec(source);
  return match === null ? "" : parseDoc(match[1]).text;
}

/** @returns {Map<string, Declaration>} the declarations by name */
export function declarationsOf(source) {
  const found = new Map();
  const pattern = new RegExp(`^${docPattern}(export )?(abstract )?(?:async )?(function\\*?|class|interface|type|const|let) (\\w+)`, "gm");
  for (const match of source.matchAll(pattern)) {
    const [whole, comment, exported, abstract, keyword, name] = match;
    const start = match.index + whole.length;
    const doc = comment === undefined ? undefined : parseDoc(comment);
    const kind = keyword.startsWith("function") ? "function" : keyword === "let" ? "const" : keyword;
    const declaration = { kind, name, exported: exported !== undefined, abstract: abstract !== undefined, doc, members: [], ...readers[kind](source, start, name) };
    const before = found.get(name);
    if (before === undefined) found.set(name, declaration);
    else if (kind === "function") addOverload(before, declaration);
  }
  return found;
}

/** The signatures with types alone are the public ones; the last, with a body, implements them. */
function addOverload(first, next) {
  first.doc ??= next.doc;
  if (!next.hasBody) first.signature += `\n${next.signature}`;
}

const readers = {
  function: (source, start, name) => {
    const end = signatureEnd(source, start, ["{", ";"]);
    return { signature: name + tidy(source.slice(start, end)), hasBody: source[end] === "{" };
  },
  const: (source, start, name) => {
    const assigned = /^(?:: ([^=]+?))? = (?:async )?(?=[(<])/.exec(source.slice(start));
    if (assigned === null) return { signature: `${name}${/^: ([^=]|=>)+(?= =)/.exec(source.slice(start))?.[0] ?? ""}` };
    const from = start + assigned[0].length;
    return { signature: name + tidy(source.slice(from, signatureEnd(source, from, ["=>"]))) };
  },
  type: (source, start, name) => ({ signature: `type ${name}${tidy(source.slice(start, signatureEnd(source, start, [";"])))}` }),
  interface: (source, start, name) => {
    const open = signatureEnd(source, start, ["{"]);
    return { signature: `interface ${name}${tidy(source.slice(start, open))}`, base: baseOf(source.slice(start, open)), members: membersOf(block(source, open)) };
  },
  class: (source, start, name) => {
    const open = signatureEnd(source, start, ["{"]);
    return { signature: `class ${name}${tidy(source.slice(start, open))}`, base: baseOf(source.slice(start, open)), members: membersOf(block(source, open)) };
  },
};

/** The name after `extends`, type parameters (which may extend too) left out. */
function baseOf(heading) {
  let plain = heading.replaceAll("=>", "");
  for (let before = ""; before !== plain; ) [before, plain] = [plain, plain.replaceAll(/<[^<>]*>/g, "")];
  return /\bextends (\w+)/.exec(plain)?.[1];
}

/** The lines between the brace at `open` and the one in column 1 that closes it. */
function block(source, open) {
  const close = source.indexOf("\n}", open);
  return source.slice(source.indexOf("\n", open) + 1, close + 1 || undefined);
}

/** @returns {Member[]} the members of a class or interface body, private ones left out */
export function membersOf(body, indent = "  ") {
  const members = [];
  const pattern = new RegExp(`^${indent}${docPattern}(?:${indent})?(?=[\\w[*#])(?!\\/)((?:(?:static|abstract|override|async|declare|protected|private|public|readonly) )*)(get |set )?(\\*?\\[?[#\\w.]+\\]?)`, "gm");
  for (const match of body.matchAll(pattern)) {
    const [whole, comment, modifiers, accessor = "", name] = match;
    if (/private|protected/.test(modifiers) || name.startsWith("#") || name.startsWith("[") || accessor === "set ") continue;
    const lineStart = match.index + whole.length;
    const end = signatureEnd(body, lineStart, ["{", ";", "="]);
    const rest = tidy(body.slice(lineStart, end));
    const before = members.find((m) => m.name === name);
    const doc = comment === undefined ? undefined : parseDoc(comment);
    const signature = `${modifiers.replaceAll(/(abstract|override|async|declare|public) /g, "")}${accessor}${name}${rest}`;
    if (before === undefined) members.push({ name, doc, signature, hasBody: body[end] === "{" });
    else if (body[end] !== "{") before.signature += `\n${signature}`;
  }
  return members;
}

/** Position of the first of `stops` outside brackets; a brace that begins a type is a bracket, one that begins a body is a stop. */
function signatureEnd(source, start, stops) {
  let depth = 0;
  for (let i = start; i < source.length; i++) {
    const c = source[i];
    if (c === '"' || c === "'" || c === "`") {
      for (i++; source[i] !== c; i++) if (source[i] === "\\") i++;
      continue;
    }
    if (c === "/" && source[i + 1] === "/") {
      i = source.indexOf("\n", i);
      continue;
    }
    if (c === "/" && source[i + 1] === "*") {
      i = source.indexOf("*/", i) + 1;
      continue;
    }
    const arrow = c === "=" && source[i + 1] === ">";
    if (depth === 0) {
      if (arrow && stops.includes("=>")) return i;
      if (c === "{" && stops.includes("{") && !beginsType(source.slice(start, i))) return i;
      if (c === ";" && stops.includes(";")) return i;
      if (c === "=" && !arrow && stops.includes("=")) return i;
    }
    if (arrow) i++;
    else if ("([{<".includes(c)) depth++;
    else if (")]}>".includes(c)) depth--;
  }
  return source.length;
}

/** Whether a brace after `text` begins an object type rather than a body. */
const beginsType = (text) => /(?:[:|&=<,(]|=>|\bextends|\bkeyof|\breadonly)\s*$/.test(text);

/** One line where it is short, without comments and trailing commas; a destructured options object is called `options`. */
function tidy(text) {
  return text
    .replaceAll(/\/\*[^]*?\*\/|\/\/[^\n]*/g, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/,? ([)}\]])/g, (_, bracket) => (bracket === "}" ? " }" : bracket))
    .replaceAll(/([([]) /g, "$1")
    .replaceAll(/\{(?:[^{}]|\{[^{}]*\})*\}(?=: [\w{])/g, "options")
    .trimEnd();
}

/** @returns {Doc} */
function parseDoc(comment) {
  const doc = { text: "", params: [], throws: [], examples: [], internal: false };
  let tag = "text";
  let parts = [];
  const finish = () => {
    if (tag === "internal") doc.internal = true;
    else if (tag === "example") doc.examples.push(parts.join("\n").trim());
    else if (tag === "param") doc.params.push(paragraph(parts));
    else if (tag === "throws") doc.throws.push(paragraph(parts));
    else if (tag === "returns") doc.text += `\n\nReturns ${paragraph(parts)}`;
    else doc.text += (doc.text === "" ? "" : "\n\n") + paragraphs(parts);
    parts = [];
  };
  for (const raw of comment.split("\n")) {
    const line = raw.replace(/^\s*\* ?/, "").trimEnd().replace(/@default (.*?)\.?$/, "Default: $1.");
    const found = /^\s*@(\w+)\s*(.*)$/.exec(line);
    if (found === null) {
      parts.push(parts.length === 0 && tag === "text" ? line.trimStart() : line);
      continue;
    }
    finish();
    tag = found[1];
    parts.push(found[2]);
  }
  finish();
  doc.text = doc.text.trim();
  return doc;
}

const paragraph = (lines) => lines.map((line) => line.trim()).join(" ").trim();

/** Lines that belong together on one line; lists and empty lines stay. */
function paragraphs(lines) {
  const out = [];
  for (const line of lines) {
    const text = line.trim();
    const last = out.length - 1;
    if (text === "" || /^(- |\d+\. )/.test(text) || last < 0 || out[last] === "") out.push(text);
    else out[last] += ` ${text}`;
  }
  return out.join("\n").replaceAll(/\n{3,}/g, "\n\n").trim();
}
