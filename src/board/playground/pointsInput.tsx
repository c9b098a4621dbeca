/** The user's own points: a CSV file, chosen or pasted. It stays in the browser. */

import { useState } from "preact/hooks";
import { parsePoints, type PointTable, tableLimits } from "./table.js";

export interface PointsInputProps {
  readonly table: PointTable | null;
  readonly onPoints: (table: PointTable) => void;
}

export function PointsInput({ table, onPoints }: PointsInputProps): preact.JSX.Element {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const take = (content: string): void => {
    try {
      onPoints(parsePoints(content));
      setProblem("");
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    if (file.size > 4 * tableLimits.bytes) return setProblem(`${file.name} has ${file.size} bytes; the playground takes at most ${tableLimits.bytes} characters.`);
    const content = await file.text().catch(() => null);
    if (content === null) return setProblem(`${file.name} cannot be read.`);
    setText(content.length > tableLimits.bytes ? "" : content);
    take(content);
  };
  return (
    <div class="points-input">
      <p class="quiet">
        A line for each point: two numbers and a class, such as <code>0.5,-1.2,red</code>. The first line may hold names. The points stay in this browser: a link does not
        carry them.
      </p>
      <label class="field"><span>CSV file</span><input type="file" accept=".csv,.tsv,.txt,text/csv,text/plain" onChange={({ currentTarget }) => void read(currentTarget.files?.[0])} /></label>
      <label class="field"><span>or paste it here</span><textarea rows={5} spellcheck={false} value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} /></label>
      <button type="button" onClick={() => take(text)}>Use these points</button>
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
      {problem === "" && table !== null && <p role="status">{table.y.length} points of {table.classes.length} classes: {table.classes.join(", ")}.</p>}
    </div>
  );
}
