/** The course of the metric by which a run is judged, as a small chart that can be taken away. */

import { useRef } from "preact/hooks";
import type { RunSummary, SeriesAnswer } from "../../../protocol.js";
import { getJson } from "../../api.js";
import { csvOf } from "../../parts/chart/csv.js";
import { pictureOf } from "../../parts/chart/pictureOf.js";
import { ExportMenu } from "../../parts/exportMenu.js";
import { courseText, Sparkline } from "../../parts/sparkline.js";

export function Course({ run }: { readonly run: RunSummary }): preact.JSX.Element | null {
  const place = useRef<HTMLDivElement>(null);
  const { spark, monitor, name, id } = run;
  if (monitor === null || spark.every((value) => value === null)) return null;
  return (
    <div class="course" ref={place}>
      <ExportMenu name={`${monitor} of ${name}`} said={`${monitor}, ${courseText(spark)}`} figure={() => pictureOf(place.current!.querySelector<SVGSVGElement>(".sparkline")!)} csv={() => valuesOf(id, monitor)}>
        <Sparkline values={spark} name={monitor} />
      </ExportMenu>
    </div>
  );
}

/** All epochs, of which the small chart may show but some. */
async function valuesOf(run: string, tag: string): Promise<string> {
  const { series: [{ x, y } = { x: [], y: [] }] } = await getJson<SeriesAnswer>(`series?${new URLSearchParams({ run, tag, x: "epoch", points: "100000" })}`);
  return csvOf(["epoch", tag], x.map((epoch, i) => [epoch, y[i]]));
}
