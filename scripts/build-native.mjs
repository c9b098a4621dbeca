/**
 * Compiles the native kernels: native/src → native/build/nabla.node. Runs when the package is installed, with nothing but
 * Node, a C++ compiler and the Node-API headers that npm brings; takes a few seconds, or nothing when up to date.
 *
 * Without a compiler, or when it fails, it prints a warning and exits 0: nabla then runs on its WebAssembly kernels.
 * CXX names the compiler; NABLA_NATIVE=0 or NABLA_SKIP_NATIVE_BUILD=1 skips the build.
 */

import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sourceDir = join(root, "native", "src");
const buildDir = join(root, "native", "build");
const objectDir = join(buildDir, "objects");
const library = join(buildDir, "nabla.node");

/** Compiled once; every other file of native/src is compiled for each instruction set. */
const glue = ["addon.cpp", "dispatch.cpp", "threadpool.cpp"];

const instructionSets = {
  x64: {
    avx512: ["-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mfma", "-mprefer-vector-width=512"],
    avx2: ["-mavx2", "-mfma"],
    sse2: [],
  },
  arm64: { neon: [] },
}[process.arch];

const commonFlags = ["-std=c++17", "-fPIC", "-fvisibility=hidden", "-pthread", "-Wall", "-Wextra"];
const kernelFlags = ["-fno-exceptions", "-fno-rtti", "-fno-math-errno", "-fno-trapping-math", "-Wno-psabi"];
/**
 * Matrix products and convolutions want every optimisation; for the other kernels, whose loops are simple, vectorising is
 * what matters, and the rest of -O3 would only double the time to compile.
 */
const optimization = (file) =>
  /^(gemm|conv|microkernel)/.test(file) ? ["-O3"] : ["-O2", "-ftree-vectorize", "-fvect-cost-model=dynamic"];

/** Random numbers are the same bits on every backend: no multiply-add may be fused. */
const flagsOfFile = { "random.cpp": ["-ffp-contract=off"] };

const platformLinkFlags = process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : [];

function warn(reason, advice) {
  console.warn(`nabla: the native kernels were not built: ${reason}\n${advice}\nUntil then the WebAssembly kernels are used.`);
}

/** The first working compiler with its version, or undefined. */
function findCompiler() {
  const candidates = process.env.CXX ? [process.env.CXX] : ["g++", "clang++", "c++"];
  for (const name of candidates) {
    const { status, stdout } = spawnSync(name, ["--version"], { encoding: "utf8" });
    if (status === 0) return { name, version: stdout.split("\n")[0] };
  }
  return undefined;
}

/** One compiler run per source file and instruction set. */
function planUnits(sources) {
  return sources.flatMap((file) =>
    glue.includes(file)
      ? [{ file, flags: ["-O2"] }]
      : Object.entries(instructionSets).map(([isa, flags]) => ({
          file, flags: [`-DNABLA_ISA=${isa}`, ...flags, ...optimization(file), ...kernelFlags, ...(flagsOfFile[file] ?? [])],
        })),
  );
}

/** The tables that kernel files define with NABLA_KERNELS(name, …), as dispatch.cpp wants them listed. */
function tableList(sources) {
  const names = sources.flatMap((file) =>
    [...readFileSync(join(sourceDir, file), "utf8").matchAll(/^NABLA_KERNELS\((\w+)/gm)].map((match) => match[1]),
  );
  return names.map((name) => `NABLA_UNIT(${name})`).join(" ");
}

class CompilerError extends Error {}

function run(command, args) {
  return new Promise((resolve, reject) => {
    execFile(command, args, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const output = `$ ${[command, ...args].join(" ")}\n${stdout}${stderr}`;
      if (error) reject(new CompilerError(output));
      else resolve(output);
    });
  });
}

/** Runs the tasks, a few at a time. */
async function inParallel(tasks, limit) {
  const logs = [];
  let next = 0;
  const worker = async () => {
    while (next < tasks.length) logs.push(await tasks[next++]());
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return logs.join("");
}

/**
 * Compiles what changed since the last time: an object file is named by the hash of all that it is made from. It appears
 * under that name only when complete, so builds that overlap or die do no harm.
 */
function compileUnit(compiler, { object, args }) {
  if (existsSync(object)) return Promise.resolve("");
  const temporary = `${object}.${process.pid}`;
  return run(compiler.name, [...args, "-o", temporary]).then((output) => {
    renameSync(temporary, object);
    return output;
  });
}

/** Removes objects of earlier builds, but not those of one that may be under way. */
function removeOldObjects(objects) {
  for (const name of readdirSync(objectDir)) {
    const file = join(objectDir, name);
    if (!objects.includes(file) && Date.now() - statSync(file).mtimeMs > 3_600_000) rmSync(file, { force: true });
  }
}

/** The text of a source file and of all headers of ours that it includes. */
function textWithHeaders(file, seen = new Set()) {
  if (seen.has(file)) return "";
  seen.add(file);
  const text = readFileSync(join(sourceDir, file), "utf8");
  const headers = [...text.matchAll(/^#include "(.+)"/gm)].map((match) => textWithHeaders(match[1], seen));
  return [text, ...headers].join("\0");
}

function digestOf(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 32);
}

async function build() {
  if (process.env.NABLA_NATIVE === "0" || process.env.NABLA_SKIP_NATIVE_BUILD === "1") return;
  if (instructionSets === undefined || process.platform === "win32") {
    warn(`there are none for ${process.platform} on ${process.arch}.`, "They exist for Linux and macOS on x64 and arm64.");
    return;
  }
  const compiler = findCompiler();
  if (compiler === undefined) {
    warn(
      process.env.CXX ? `the compiler CXX=${process.env.CXX} does not run.` : "no C++ compiler was found.",
      "Install one (Debian, Ubuntu: apt install g++; Fedora: dnf install gcc-c++; macOS: xcode-select --install)\n" +
        "and run: npm rebuild nabla (in a clone: npm run install).",
    );
    return;
  }

  const include = join(dirname(createRequire(import.meta.url).resolve("node-api-headers/package.json")), "include");
  const sources = readdirSync(sourceDir).filter((file) => file.endsWith(".cpp")).toSorted();
  const shared = [...commonFlags, "-I", include, `-DNABLA_UNITS=${tableList(sources)}`, "-DNAPI_VERSION=8"];
  const units = planUnits(sources).map(({ file, flags }) => {
    const args = [...(glue.includes(file) ? shared : commonFlags), ...flags, "-c", join(sourceDir, file)];
    return { args, object: join(objectDir, `${digestOf(compiler.name, compiler.version, textWithHeaders(file), ...args)}.o`) };
  });
  const objects = units.map(({ object }) => object);
  const digest = digestOf(...objects, ...platformLinkFlags);
  const stamp = join(buildDir, "stamp");
  if (existsSync(library) && existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;

  mkdirSync(objectDir, { recursive: true });
  const log = join(buildDir, "build.log");
  const temporary = `${library}.${process.pid}`;
  try {
    const compile = units.map((unit) => () => compileUnit(compiler, unit));
    const output = await inParallel(compile, Math.min(8, Math.max(2, availableParallelism())));
    const linked = await run(compiler.name, ["-shared", "-pthread", ...objects, "-o", temporary, "-ldl", ...platformLinkFlags]);
    writeFileSync(log, output + linked);
    renameSync(temporary, library);
    writeFileSync(stamp, digest);
    removeOldObjects(objects);
  } catch (error) {
    if (!(error instanceof CompilerError)) throw error;
    writeFileSync(log, error.message);
    rmSync(temporary, { force: true });
    warn(`${compiler.name} failed (${compiler.version}).`, `Its messages are in ${log}.`);
  }
}

try {
  await build();
} catch (error) {
  warn(error.message, `Fix this and run: node ${fileURLToPath(import.meta.url)}`);
}
