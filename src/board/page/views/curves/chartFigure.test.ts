import { describe, expect, test } from "vitest";
import type { ChartLine } from "../../parts/chart/lineCanvas.js";
import { chartFigure, valuesAt } from "./chartFigure.js";

const line = (more: Partial<ChartLine>): ChartLine => ({ group: "a", name: "run a", part: "", paint: "series1", look: 0, mark: undefined, dash: [], width: 2, x: [1, 2, 3], y: [3, 2, 1], raw: null, best: null, overfitsFrom: null, ...more });
const init = { title: "loss", slots: new Map([["a", 3]]), span: [1, 3] as const, kind: "epoch" as const, log: false, percent: false, smooth: 0 };

describe("the figure of a chart", () => {
  test("has the curves in their colours, the best value and the over-fitting point", () => {
    const lines = [line({ part: "training" }), line({ part: "validation", y: [3, 1.5, 2], best: { x: 2, y: 1.5 }, overfitsFrom: 2 })];
    const figure = chartFigure({ ...init, lines });
    expect(figure.description).toBe("Line chart of loss over epoch. run a: 3 points, from 3 to 1; validation from 3 to 2, lowest 1.5 at 2.");
    const svg = figure.svg({ theme: "light" });
    expect(svg).toContain("#c871a5");
    expect(svg).toContain("over-fits");
  });

  test("has curves that were measured at different places, and cuts what is not shown", () => {
    const lines = [line({ part: "training", x: [1, 2, 3, 4, 5], y: [5, 4, 3, 2, 1] }), line({ part: "validation", x: [2, 4], y: [6, 8] })];
    expect(chartFigure({ ...init, lines, span: [2, 4] }).description).toBe("Line chart of loss over epoch. run a: 3 points, from 4 to 2; validation from 6 to 8.");
  });

  test("counts long times in minutes and hours, and says how it is smoothed", () => {
    const svg = chartFigure({ ...init, lines: [line({ x: [0, 3600, 7300] })], span: [0, 7300], kind: "time", smooth: 0.6 }).svg();
    expect(svg).toContain("time (h)");
    expect(svg).toContain("loss, smoothed by 0.6");
  });
});

test("between its points a curve is a straight line, on the axis that is drawn", () => {
  const curve = { x: [0, 2, 4, 6], y: [1, 100, null, 7] };
  expect(valuesAt(curve, [-1, 0, 1, 2, 3, 4, 6, 7], false)).toEqual([NaN, 1, 50.5, 100, NaN, NaN, 7, NaN]);
  expect(valuesAt(curve, [1], true)[0]).toBeCloseTo(10, 10);
  expect(valuesAt({ x: [0, 2], y: [0, 5] }, [0, 1, 2], true)).toEqual([NaN, NaN, expect.closeTo(5, 10)]);
});
