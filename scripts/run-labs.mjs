/**
 * Runs every lab in quick mode, one after the other, and says which agree with their claims. A lab whose data are not here
 * is not run, and it says so. Ends with the line `labs: N passed, N failed, N not run`; exits 1 if one failed. A lab that takes more
 * than the minute its quick mode is meant for is marked, and passes: how long it takes is the machine's doing too.
 *
 * node scripts/run-labs.mjs FOLDER [NAME…]: runs go to FOLDER/NAME.
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const nabla = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const [folder, ...chosen] = process.argv.slice(2);
if (folder === undefined) {
  console.error("which folder? node scripts/run-labs.mjs FOLDER [NAME…]");
  process.exit(2);
}

const run = (...args) => spawnSync(process.execPath, [nabla, "lab", ...args], { encoding: "utf8", timeout: 600_000, killSignal: "SIGKILL" });

const listed = run("list", "--json");
if (listed.status !== 0) {
  console.error(listed.stderr);
  process.exit(1);
}
const labs = JSON.parse(listed.stdout).labs.filter(({ name }) => chosen.length === 0 || chosen.includes(name));
let [passed, failed, notRun] = [0, 0, 0];
for (const { name, missing } of labs) {
  if (missing.length > 0) {
    console.log(`lab ${name}: not run (no ${missing.join(", ")})`);
    notRun++;
    continue;
  }
  const { status, stdout, stderr } = run("run", name, "--quick", "--out", join(folder, name), "--json");
  const result = stdout.startsWith("{") ? JSON.parse(stdout) : undefined;
  const failing = result?.claims.filter(({ verdict }) => verdict === "fails") ?? [];
  const time = result === undefined ? "" : `, ${result.seconds.toFixed(1)} s${result.seconds > 60 ? ": more than a minute" : ""}`;
  if (status === 0) passed++;
  else failed++;
  const { agrees = 0, differs = 0 } = result?.verdicts ?? {};
  console.log(`lab ${name}: ${status === 0 ? "passed" : "FAILED"} (${agrees} agree, ${differs} differ as recorded${time})`);
  for (const { text, value, ours, note } of failing) console.log(`  ${text}: source ${JSON.stringify(value)}, ours ${JSON.stringify(ours)}; ${note}`);
  if (stderr !== "") console.log(stderr.trimEnd().replaceAll(/^/gm, "  "));
}
console.log(`labs: ${passed} passed, ${failed} failed, ${notRun} not run`);
if (failed > 0) process.exitCode = 1;
