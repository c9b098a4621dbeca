/** What the filter understands. */

import { Dropdown } from "../../parts/dropdown.js";

const examples: readonly (readonly [string, string])[] = [
  ["cifar night", "both words, anywhere: name, folder, state, tags, group, note, configuration"],
  ["lr<0.1", "a hyper-parameter, compared as a number: < <= > >= = !="],
  ["config.data=cifar10", "the same by its full name, where a metric or a fact has the name too"],
  ["valAccuracy>0.9", "the best value of a metric; last.valLoss<1 is that of the last epoch"],
  ["state=running|failed", "one of several; * stands for any letters: name=2026-*"],
  ["tag=good group~lecture", "a tag, a part of a group's name"],
  ["duration>10min created>2026-01-31", "how long, and when"],
  ["-state=failed", "not that"],
  ['note="two words"', "quotes keep blanks together"],
];

export function FilterHelp(): preact.JSX.Element {
  return (
    <Dropdown summary={<><span aria-hidden="true">?</span><span class="spoken">How to filter</span></>} class="help">
      <p>Terms stand side by side; a run must fit them all.</p>
      <dl>
        {examples.map(([example, meaning]) => <div key={example}><dt><code>{example}</code></dt><dd>{meaning}</dd></div>)}
      </dl>
    </Dropdown>
  );
}
