/** Precision–recall curves of the chosen classes. */

import { useCallback } from "preact/hooks";
import type { FigureOptions } from "../../../../plot/options.js";
import { precisionRecallFigure } from "../../../../plot/rankingFigure.js";
import type { ClassReport } from "../../../protocol.js";
import { csvOf } from "../../parts/chart/csv.js";
import { FigureCard } from "../../parts/figureCard.js";

/** Without a choice: all of a few classes, else those that are ranked worst. */
const fewClasses = 5;

/** The classes whose curves are drawn, by their numbers; those without positives have none. */
export function drawnCurves(classes: readonly ClassReport[], chosen: readonly number[] | null): readonly number[] {
  const ranked = classes.flatMap(({ averagePrecision }, index) => (averagePrecision === null ? [] : [{ index, averagePrecision }]));
  if (chosen !== null) return chosen.filter((index) => ranked.some((each) => each.index === index));
  return ranked.toSorted((a, b) => a.averagePrecision - b.averagePrecision || a.index - b.index).slice(0, fewClasses).map(({ index }) => index).toSorted((a, b) => a - b);
}

export function RankingCard({ classes, drawn }: { readonly classes: readonly ClassReport[]; readonly drawn: readonly number[] }): preact.JSX.Element {
  const draw = useCallback(
    (options: FigureOptions) => precisionRecallFigure(drawn.map((index) => ({ name: classes[index].name, points: classes[index].curve, area: classes[index].averagePrecision! })), options),
    [classes, drawn.join()],
  );
  const csv = (): string => csvOf(["class", "recall", "precision"], drawn.flatMap((index) => classes[index].curve.map(([recall, precision]) => [classes[index].name, recall, precision])));
  return (
    <FigureCard title="Precision over recall" draw={draw} csv={csv} widest={620}>
      <p class="quiet">
        {drawn.length === 0
          ? "No class is chosen. Tick some in the table of classes."
          : `${drawn.length} of ${classes.length} classes; choose others in the table of classes. Dotted: equal F₁.`}
      </p>
    </FigureCard>
  );
}
