/** Loss and error of both parts of the points over the epochs, drawn a few times a second. */

import { useSignalEffect } from "@preact/signals";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { lines } from "../../plot/lines.js";
import type { Figure } from "../../plot/figure.js";
import type { FigureOptions } from "../../plot/options.js";
import { csvOf } from "../page/parts/chart/csv.js";
import { FigureCard } from "../page/parts/figureCard.js";
import type { Scores } from "./protocol.js";
import type { Session } from "./session.js";

const everyMs = 250;
/** Points of a drawn curve. */
const most = 300;

/** Of many, so many that the curve looks the same; the last one always. */
function thinned(scores: readonly Scores[]): readonly Scores[] {
  const stride = Math.ceil(scores.length / most);
  return stride === 1 ? scores : scores.filter((_, i) => i % stride === 0 || i === scores.length - 1);
}

/** The scores, but at most four times a second. */
function useCalmScores(session: Session): readonly Scores[] {
  const [shown, setShown] = useState(session.scores.peek());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useSignalEffect(() => {
    void session.scores.value;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setShown(session.scores.peek());
    }, everyMs);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return shown;
}

export function ScoreCurves({ session }: { readonly session: Session }): preact.JSX.Element | null {
  const scores = useCalmScores(session);
  const drawLoss = useCallback((options: FigureOptions) => curve(scores, "loss", options), [scores]);
  const drawError = useCallback((options: FigureOptions) => curve(scores, "error", options), [scores]);
  if (scores.length === 0) return null;
  const csv = (): string => csvOf(["epoch", "train loss", "test loss", "train error", "test error"], session.scores.peek().map(({ epoch, trainLoss, testLoss, trainError, testError }) => [epoch, trainLoss, testLoss, trainError, testError]));
  return (
    <div class="curves">
      <FigureCard title="Loss" name="playground loss" draw={drawLoss} csv={csv} widest={700} />
      <FigureCard title="Error" name="playground error" draw={drawError} csv={csv} widest={700} />
    </div>
  );
}

function curve(scores: readonly Scores[], kind: "loss" | "error", options: FigureOptions): Figure {
  const drawn = thinned(scores);
  const x = drawn.map(({ epoch }) => epoch);
  const series = (name: string, y: readonly number[], dashed: boolean) => ({ name, x, y, points: x.length === 1, line: dashed ? ("dashed" as const) : ("solid" as const) });
  return lines({
    ...options,
    height: options.title === undefined ? 210 : undefined,
    x: { label: "epoch" },
    y: kind === "loss" ? { label: "loss" } : { label: "wrong", format: "percent" },
    series: kind === "loss"
      ? [series("train", drawn.map(({ trainLoss }) => trainLoss), false), series("test", drawn.map(({ testLoss }) => testLoss), true)]
      : [series("train", drawn.map(({ trainError }) => trainError), false), series("test", drawn.map(({ testError }) => testError), true)],
  });
}
