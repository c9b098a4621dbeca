/** "Show me the code": the program that does the same, to read and to copy. */

import { useEffect, useRef, useState } from "preact/hooks";
import { pointsFile, programOf } from "./program.js";
import type { Session } from "./session.js";

export function ProgramDialog({ session, onClose }: { readonly session: Session; readonly onClose: () => void }): preact.JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const code = useRef<HTMLElement>(null);
  const [said, setSaid] = useState("");
  useEffect(() => dialog.current?.showModal(), []);
  const config = session.config.value!;
  const frame = session.frame.peek();
  const epochs = Math.max(1, frame === null ? 1 : frame.epoch + Math.sign(frame.batch));
  const program = programOf({ config, table: config.data === "csv" ? session.table.value : null, epochs });
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(program);
      setSaid("Copied.");
    } catch {
      getSelection()?.selectAllChildren(code.current!);
      setSaid("The browser does not let the page copy; the program is selected, copy it with the keyboard.");
    }
  };
  return (
    <dialog class="program" ref={dialog} aria-labelledby="program-title" onClose={onClose}>
      <header>
        <h2 id="program-title">The program that does the same</h2>
        <button type="button" onClick={() => void copy()}>Copy</button>
        <button type="button" onClick={() => dialog.current?.close()}>Close</button>
      </header>
      <p>
        It trains for {epochs} {epochs === 1 ? "epoch" : "epochs"} with the same points, weights and batches: save it as playground.mts and run <code>node playground.mts</code> (Node
        22.18 or later). On the wasm backend, with NABLA_BACKEND=wasm before it, its losses are those of this page to the last digit.{config.data === "csv" ? ` It reads the points from ${pointsFile}.` : ""}
        {session.edited.value ? " Weights that were set by hand are not in it." : ""}
      </p>
      <p role="status">{said}</p>
      <pre tabIndex={0} aria-label="Program"><code ref={code}>{program}</code></pre>
    </dialog>
  );
}
