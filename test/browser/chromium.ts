/** Chromium for tests. Where there is none, the tests that need it are skipped and say so. */

import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { describe } from "vitest";

const executable = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

/** `describe` for tests that need Chromium. */
export const describeInBrowser = (name: string, tests: () => void): void => {
  if (executable === undefined) console.warn(`NOT RUN, no Chromium (apt-get install chromium): ${name}`);
  describe.skipIf(executable === undefined)(name, tests);
};

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: executable,
    args: ["--headless=new", "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  });
}
