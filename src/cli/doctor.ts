/** `nabla doctor`: what this machine offers, which backend runs and why, and what is missing with its remedy. */

import { spawnSync } from "node:child_process";
import { availableParallelism, cpus, totalmem } from "node:os";
import { Command } from "commander";
import type { BackendInfo } from "../backend/backend.js";
import { nativeLevels } from "../backend/cpu/native.js";
import { type BackendName, backendNames, defaultBackend, findBackend } from "../backend/select.js";
import { packageVersion } from "../train/runInfo.js";
import { optionalData } from "./optionalData.js";
import { type Io, printJson, printLine } from "./io.js";
import type { CommandFactory } from "./program.js";

/** Something that nabla works without, but better or more with. */
export interface OptionalPart {
  readonly name: string;
  readonly found: boolean;
  /** What was found, or what is lacking without it. */
  readonly detail: string;
  /** How to get it; null when it is there. */
  readonly install: string | null;
}

export interface Diagnosis {
  readonly nabla: string;
  readonly node: { readonly version: string; readonly supported: boolean; readonly platform: string };
  readonly cpu: { readonly model: string; readonly cores: number; readonly instructionSets: readonly string[]; readonly memoryBytes: number };
  /** The backend that runs, or null when none starts; `why` says the reason of either. */
  readonly backend: BackendInfo | null;
  readonly why: string;
  readonly backends: readonly { readonly name: string; readonly available: boolean; readonly reason: string | null }[];
  readonly optional: readonly OptionalPart[];
}

export const doctorCommand: CommandFactory = (io) => {
  const command = new Command()
    .description("Shows Node, processor, instruction set, backend and why, threads, and optional parts with how to install them.")
    .option("--json", "print one JSON object");
  return command.action(() => {
    const diagnosis = diagnose();
    if (command.getOptionValue("json") === true) printJson(io.stdout, diagnosis);
    else printDiagnosis(diagnosis, io);
  });
};

export function diagnose(): Diagnosis {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return {
    nabla: packageVersion(),
    node: { version: process.versions.node, supported: major > 20 || (major === 20 && minor >= 19), platform: `${process.platform} ${process.arch}` },
    cpu: { model: cpus()[0]?.model.trim() ?? "unknown", cores: availableParallelism(), instructionSets: nativeLevels(), memoryBytes: totalmem() },
    ...chosenBackend(),
    backends: backendNames.map((name) => {
      const reason = whyNot(name);
      return { name, available: reason === null, reason };
    }),
    optional: [compiler(), ...optionalData(), pytorch()],
  };
}

/** Why this machine has no such backend; null if it has. */
function whyNot(name: BackendName): string | null {
  try {
    const found = findBackend(name);
    return "reason" in found ? found.reason : null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function chosenBackend(): Pick<Diagnosis, "backend" | "why"> {
  try {
    const { name, isa, threads } = defaultBackend().info;
    return { backend: { name, isa, threads }, why: whyThisBackend(name) };
  } catch (error) {
    return { backend: null, why: error instanceof Error ? error.message : String(error) };
  }
}

function whyThisBackend(name: BackendName): string {
  const wanted = process.env.NABLA_BACKEND;
  const level = process.env.NABLA_ISA;
  const set = level === undefined || level === "" || name !== "native" ? "" : ` NABLA_ISA=${level} chose the instruction set.`;
  if (wanted !== undefined && wanted !== "") return `NABLA_BACKEND=${wanted} asks for it.${set}`;
  if (name === "native") return `the fastest, and available here.${set}`;
  const better = backendNames.slice(0, backendNames.indexOf(name)).map((other) => `no ${other}: ${whyNot(other)}`);
  return `the fastest that is available here; ${better.join(" ")}`;
}

/** First line of what a program prints, or undefined when it cannot be run. */
function output(program: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8", timeout: 20_000, stdio: ["ignore", "pipe", "ignore"] });
  return status === 0 ? stdout.split("\n")[0].trim() : undefined;
}

function compiler(): OptionalPart {
  const candidates = [process.env.CXX, "c++", "g++", "clang++"].filter((name) => name !== undefined && name !== "");
  const version = candidates.map((name) => output(name ?? "", "--version")).find((line) => line !== undefined);
  return {
    name: "C++ compiler",
    found: version !== undefined,
    detail: version ?? "without one, the native kernels cannot be compiled and the slower wasm kernels run",
    install: version === undefined ? "apt-get install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora) or xcode-select --install (macOS), then npm rebuild nabla" : null,
  };
}

function pytorch(): OptionalPart {
  const versions = ["/usr/bin/python3", "python3"].map((python) => output(python, "-c", "import torch; print(torch.__version__)"));
  const version = versions.find((line) => line !== undefined);
  return {
    name: "python3 with PyTorch",
    found: version !== undefined,
    detail: version === undefined ? "only for comparisons in npm run bench" : `PyTorch ${version}, for comparisons in npm run bench`,
    install: version === undefined ? "apt-get install python3-torch (Debian), or pip install torch" : null,
  };
}

function printDiagnosis({ nabla, node, cpu, backend, why, backends, optional }: Diagnosis, { stdout }: Io): void {
  const row = (label: string, text: string): void => printLine(stdout, `${label.padEnd(14)}${text}`);
  row("nabla", nabla);
  row("Node", `${node.version} on ${node.platform}${node.supported ? "" : " (too old: 20.19 or later is needed, see nodejs.org)"}`);
  row("processor", `${cpu.model}, ${cpu.cores} ${cpu.cores === 1 ? "core" : "cores"}, ${(cpu.memoryBytes / 2 ** 30).toFixed(1)} GiB of memory`);
  row("instructions", cpu.instructionSets.length === 0 ? "unknown without the native kernels" : cpu.instructionSets.join(", "));
  row("backend", backend === null ? "none starts" : `${backend.name}, instruction set ${backend.isa}, ${backend.threads} ${backend.threads === 1 ? "thread" : "threads"}`);
  row("  because", why);
  for (const { name, available, reason } of backends) row(`  ${name}`, available ? "available" : `not available: ${reason}`);
  printLine(stdout, "");
  for (const part of optional) {
    printLine(stdout, `${part.found ? "found  " : "missing"}  ${part.name}: ${part.detail}`);
    if (part.install !== null) printLine(stdout, `         to install: ${part.install}`);
  }
}
