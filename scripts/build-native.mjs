/**
 * Compiles the native kernels: native/src → native/build/nabla.node. Runs when the package is installed, with nothing but
 * Node, a C++ compiler and the Node-API headers that npm brings; takes a few seconds, or nothing when up to date.
 *
 * Without a compiler, or when it fails, it prints a warning and exits 0: nabla then runs on its WebAssembly kernels.
 * CXX names the compiler; NABLA_NATIVE=0 or NABLA_SKIP_NATIVE_BUILD=1 skips the build.
 */

import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sourceDir = join(root, "native", "src");
const buildDir = join(root, "native", "build");
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
const kernelFlags = [
  "-fno-exceptions", "-fno-rtti", "-fno-math-errno", "-fno-trapping-math", "-fno-strict-aliasing", "-Wno-psabi",
];
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
  const units = sources
    .filter((file) => glue.includes(file))
    .map((file) => ({ file, object: join(buildDir, `${file}.o`), flags: ["-O2"] }));
  for (const [isa, flags] of Object.entries(instructionSets)) {
    for (const file of sources) {
      if (glue.includes(file)) continue;
      const own = flagsOfFile[file] ?? [];
      units.push({
        file,
        object: join(buildDir, `${file}.${isa}.o`),
        flags: [`-DNABLA_ISA=${isa}`, ...flags, ...optimization(file), ...kernelFlags, ...own],
      });
    }
  }
  return units;
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

/** Runs the tasks, a few at a time, in order. */
async function inParallel(tasks, limit) {
  const logs = [];
  let next = 0;
  const worker = async () => {
    while (next < tasks.length) logs.push(await tasks[next++]());
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return logs.join("");
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
  const files = readdirSync(sourceDir).toSorted();
  const sources = files.filter((file) => file.endsWith(".cpp"));
  const units = planUnits(sources);
  const shared = [...commonFlags, "-I", include, `-DNABLA_UNITS=${tableList(sources)}`, "-DNAPI_VERSION=8"];
  const hash = createHash("sha256").update(JSON.stringify([compiler, process.arch, shared, units, platformLinkFlags]));
  for (const file of files) hash.update(file).update(readFileSync(join(sourceDir, file)));
  const digest = hash.digest("hex");
  const stamp = join(buildDir, "stamp");
  if (existsSync(library) && existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;

  mkdirSync(buildDir, { recursive: true });
  const log = join(buildDir, "build.log");
  const temporary = `${library}.${process.pid}`;
  const objects = units.map(({ object }) => `${object}.${process.pid}`);
  try {
    const compile = units.map(({ file, flags }, i) => () =>
      run(compiler.name, [...shared, ...flags, "-c", join(sourceDir, file), "-o", objects[i]]),
    );
    const output = await inParallel(compile, Math.min(4, Math.max(2, availableParallelism())));
    const linked = await run(compiler.name, ["-shared", "-pthread", ...objects, "-o", temporary, "-ldl", ...platformLinkFlags]);
    writeFileSync(log, output + linked);
    renameSync(temporary, library);
    writeFileSync(stamp, digest);
  } catch (error) {
    if (!(error instanceof CompilerError)) throw error;
    writeFileSync(log, error.message);
    rmSync(temporary, { force: true });
    warn(`${compiler.name} failed (${compiler.version}).`, `Its messages are in ${log}.`);
  } finally {
    for (const object of objects) rmSync(object, { force: true });
  }
}

try {
  await build();
} catch (error) {
  warn(error.message, `Fix this and run: node ${fileURLToPath(import.meta.url)}`);
}
