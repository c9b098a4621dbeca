/** PyTorch as a peer: finds a python3 that has it, and times the same workload there at its best setting. */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("torch_bench.py", import.meta.url));

/**
 * Debian's OpenBLAS on OpenMP, where it is installed (libopenblas0-openmp). With the default one on pthreads PyTorch has two pools of
 * threads that fight for the cores: small models run three to four times slower.
 */
function openBlasOnOpenMp() {
  const libraries = "/usr/lib";
  if (!existsSync(libraries)) return undefined;
  return readdirSync(libraries).map((name) => join(libraries, name, "openblas-openmp")).find((folder) => existsSync(folder));
}

/**
 * PyTorch at its fastest on a CPU: BLAS picks its own kernels, one OpenMP pool, and malloc keeps freed memory instead of
 * returning it to the kernel at every step.
 */
function environment(threads) {
  const env = {
    ...process.env,
    OMP_NUM_THREADS: String(threads),
    MALLOC_MMAP_THRESHOLD_: "4294967296",
    MALLOC_TRIM_THRESHOLD_: "4294967296",
    MALLOC_TOP_PAD_: "268435456",
  };
  const openBlas = openBlasOnOpenMp();
  if (openBlas !== undefined) env.LD_LIBRARY_PATH = [openBlas, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":");
  delete env.OPENBLAS_CORETYPE;
  delete env.OPENBLAS_L2_SIZE;
  return env;
}

/** {python, version} of the first python3 with PyTorch, or null. */
export function findTorch() {
  for (const python of ["/usr/bin/python3", "python3"]) {
    const { status, stdout } = spawnSync(python, ["-c", "import torch; print(torch.__version__)"], { encoding: "utf8", env: environment(1) });
    if (status === 0) return { python, version: stdout.trim() };
  }
  return null;
}

/** The measurement of torch_bench.py, or null if it failed. */
export function runTorch({ python }, workload, threads, seconds) {
  const { status, stdout, stderr } = spawnSync(python, [script, workload, String(threads), String(seconds)], { encoding: "utf8", env: environment(threads) });
  if (status === 0) return JSON.parse(stdout);
  console.error(`PyTorch failed on ${workload}: ${stderr.trim().split("\n").at(-1)}`);
  return null;
}

/** Writes the untrained ConvNet as ONNX for a batch size; false if this PyTorch cannot. */
export function exportOnnx({ python }, batch, path) {
  return spawnSync(python, [script, "export", String(batch), path], { env: environment(1) }).status === 0;
}
