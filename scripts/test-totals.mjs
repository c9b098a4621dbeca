/**
 * Reads vitest's JSON report: test-totals.mjs REPORT → "PASSED FAILED" on standard output; names every skipped test on
 * standard error, so that none goes unseen. A file that could not run at all counts as one failure.
 */

import { readFileSync } from "node:fs";
import { relative } from "node:path";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const counts = { passed: 0, failed: 0 };
for (const { name, status, assertionResults } of report.testResults) {
  for (const test of assertionResults) {
    if (test.status === "passed" || test.status === "failed") counts[test.status]++;
    else console.error(`not run: ${relative(process.cwd(), name)}: ${test.fullName}`);
  }
  if (status === "failed" && !assertionResults.some((test) => test.status === "failed")) counts.failed++;
}
if (!report.success && counts.failed === 0) counts.failed = 1;
console.log(`${counts.passed} ${counts.failed}`);
