/** A sample, large, with all that is known of it. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { ClassReport, PredictionPage } from "../../../protocol.js";
import { runPath } from "../../api.js";
import { useLive } from "../../parts/useLive.js";
import { choose } from "./parameters.js";
import { imageOf, Likeliest, verdict } from "./sample.js";
import { decimals, probabilityText } from "./words.js";

export interface SampleDialogProps {
  readonly run: string;
  readonly index: number;
  readonly classes: readonly ClassReport[];
}

/** The samples on the page, in its order. */
const onPage = (): readonly number[] => Array.from(document.querySelectorAll<HTMLElement>("[data-sample]"), (each) => Number(each.dataset["sample"]));

export function SampleDialog({ run, index, classes }: SampleDialogProps): preact.JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const { data, error } = useLive<PredictionPage>(`${runPath(run)}/predictions/items?which=all&index=${index}&limit=1`, [], classes);
  const [size, setSize] = useState("");
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const samples = onPage();
  const at = samples.indexOf(index);
  const [before, after] = at < 0 ? [undefined, undefined] : [samples[at - 1], samples[at + 1]];
  const go = (to: number | undefined): void => {
    if (to !== undefined) choose({ item: to }, { replace: true });
  };
  const close = (): void => {
    choose({ item: null }, { replace: true });
    // To where the reader now is in the list.
    document.querySelector<HTMLElement>(`[data-sample="${index}"]`)?.focus();
  };
  const item = data?.items[0];
  return (
    <dialog
      ref={dialog}
      class="sample-dialog"
      aria-labelledby="sample-heading"
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
      onKeyDown={(event) => {
        if (event.key === "ArrowLeft") go(before);
        if (event.key === "ArrowRight") go(after);
      }}
    >
      <div class="content">
        <header class="card-head">
          <h2 id="sample-heading">Sample {index}{item !== undefined && `: ${verdict(item, classes)}`}</h2>
          <button type="button" onClick={() => dialog.current?.close()} aria-label="Close">✕</button>
        </header>
        {item === undefined ? (
          <p class={error === null && data === null ? "quiet" : "problem"} role={error === null ? undefined : "alert"}>{error ?? (data === null ? "loading …" : `There is no sample ${index} among the predictions of this run.`)}</p>
        ) : (
          <div class="sides">
            {item.hasImage && (
              <img src={imageOf(run, index)} alt={`Sample ${index}, ${classes[item.label].name}`} onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setSize(`${naturalWidth} × ${naturalHeight}`)} />
            )}
            <div>
              <Likeliest item={item} classes={classes} />
              <dl>
                <dt>True class</dt><dd>{classes[item.label].name}</dd>
                <dt>Its probability</dt><dd>{probabilityText(Math.exp(-item.loss))}</dd>
                <dt>Predicted class</dt><dd>{classes[item.predicted].name}</dd>
                <dt>Confidence</dt><dd>{probabilityText(item.top[0].probability)}</dd>
                <dt>Loss, −log of the true class's probability</dt><dd>{decimals(item.loss, 4)}</dd>
                <dt>Place in the data set</dt><dd>{index}</dd>
                {item.hasImage && size !== "" && <><dt>Picture</dt><dd>{size} pixels</dd></>}
              </dl>
            </div>
          </div>
        )}
        <p class="steps">
          <button type="button" disabled={before === undefined} onClick={() => go(before)}>← Previous</button>
          <button type="button" disabled={after === undefined} onClick={() => go(after)}>Next →</button>
        </p>
      </div>
    </dialog>
  );
}
