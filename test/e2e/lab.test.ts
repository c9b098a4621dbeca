/** Labs as people run them: one that is stopped by Ctrl-C, or killed, and goes on; one that comes with the package. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureBuilt, nabla, start, until } from "./command.js";

/** Five parts of half a second, each with a random number; a lab of one's own, outside the package. */
const code = `import { defineLab, rand } from "nabla";

export default defineLab({
  settings: { parts: 5, steps: 50 },
  async run(lab) {
    const numbers = [];
    for (let part = 0; part < lab.settings.parts; part++) {
      numbers.push(await lab.memo("part-" + part, async () => {
        for (let i = 0; i < lab.settings.steps; i++) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          await lab.progress(i, lab.settings.steps, "part " + part);
        }
        return (await rand([1]).data())[0];
      }));
    }
    lab.table("numbers", [{ numbers: numbers.join(" ") }]);
    lab.claim("parts", numbers.length);
  },
});
`;

let folder: string;
beforeAll(() => {
  ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), "nabla-lab-e2e-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(fileURLToPath(new URL("../..", import.meta.url)), join(folder, "node_modules/nabla"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  mkdirSync(join(folder, "slow"));
  writeFileSync(join(folder, "slow/README.md"), "# A slow lab\n\nHow many parts?\n");
  writeFileSync(join(folder, "slow/expected.json"), JSON.stringify({ seconds: { quick: 3, full: 3 }, claims: [{ id: "parts", text: "how many parts", source: "a guide", value: 5, tolerance: { quick: { absolute: 0 } } }] }));
  writeFileSync(join(folder, "slow/lab.js"), code);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const memos = (run: string): string[] => (existsSync(join(folder, run, "memo")) ? readdirSync(join(folder, run, "memo")) : []);

test("Ctrl-C keeps what was done; the run goes on behind it, to the same result, also after kill -9", { timeout: 60_000 }, async () => {
  const whole = JSON.parse((await nabla(folder, "lab", "run", "./slow", "--out", "whole", "--json")).out);

  const first = start(folder, "lab", "run", "./slow", "--out", "stopped");
  await until(() => memos("stopped").length >= 2, first);
  first.child.kill("SIGINT");
  const { code: status, out, err } = await first.finished;
  expect([status, err]).toEqual([130, expect.stringMatching(/stopped; what was done is kept\. Go on with:\n {2}npx nabla lab run --resume stopped\n$/)]);
  expect(out).toMatch(/part-0: 0\.\d s\npart-1: /);
  expect([existsSync(join(folder, "stopped/report.html")), existsSync(join(folder, "stopped/run.lock"))]).toEqual([false, false]);

  const kept = memos("stopped").length;
  const second = start(folder, "lab", "run", "--resume", "stopped", "--json");
  await until(() => memos("stopped").length > kept, second);
  second.child.kill("SIGKILL");
  await second.finished;

  const last = JSON.parse((await nabla(folder, "lab", "run", "--resume", "stopped", "--json")).out);
  expect(last.verdicts).toEqual({ agrees: 1, differs: 0, fails: 0, notJudged: 0 });
  expect(last.tables).toEqual(whole.tables);
  expect(readFileSync(join(folder, "stopped/report.html"), "utf8")).toContain("1 claim agrees");
});

test("the labs of the package are found from any folder", async () => {
  const { labs } = JSON.parse((await nabla(folder, "lab", "list", "--json")).out);
  expect(labs.map(({ name }: { name: string }) => name)).toContain("exams");
  const { code: status, out } = await nabla(folder, "lab", "run", "exams", "--out", "exams", "--json");
  expect([status, JSON.parse(out).verdicts.fails]).toEqual([0, 0]);
});
