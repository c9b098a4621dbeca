/**
 * `plot`: charts as SVG, which follows the reader's light or dark theme, and as PNG. Charts of numbers are made at once; those that read tensors
 * (`boundary`, `histograms`, `imageGrid`, `precisionRecall`, `roc`, `computationalGraph`) return promises.
 */

export { animate, type AnimateOptions, Animation } from "./animation.js";
export { bars, type BarSeries, type BarsOptions } from "./bars.js";
export { boundary, type BoundaryOptions, type Classify, type PlaneClassifier } from "./boundary.js";
export type { ColourScale } from "./colours.js";
export { computationalGraph, type ComputationalGraphOptions } from "./computationalGraph.js";
export { confusionMatrix, type ConfusionMatrixOptions } from "./confusionMatrix.js";
export { contour, type ContourOptions, type MarkedPoint, type Trajectory } from "./contour.js";
export { curves, type CurveRecord, type CurvesOptions, type CurveSource } from "./curves.js";
export { Figure, type PngOptions, type SaveOptions, type SvgOptions } from "./figure.js";
export { graph, type GraphEdge, GraphFigure, type GraphNode, type GraphOptions } from "./graph.js";
export { grid, type GridOptions } from "./grid.js";
export { heatMap, type HeatMapOptions } from "./heatMap.js";
export { histograms, type HistogramsOptions } from "./histograms.js";
export { type CountedHistogram, histogramsOverTime, type HistogramsOverTimeOptions } from "./histogramsOverTime.js";
export { imageGrid, type ImageGridOptions } from "./imageGrid.js";
export { lines, type LinesOptions, type Mark, type Series } from "./lines.js";
export type { AxisOptions, FigureOptions } from "./options.js";
export { precisionRecall, type Ranked, roc } from "./rankingCurves.js";
export { type PointGroup, scatter, type ScatterOptions } from "./scatter.js";
export type { Theme } from "./theme.js";
