/**
 * The network as a drawing: a small map for each neuron, a line for each weight. Width says how large a weight is, colour and dashes its sign. The
 * neurons are buttons, moved between by arrow keys; lines are found by the pointer, and stand as numbers beside the neuron that is chosen.
 */

import { type Signal, useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { numberText } from "../../plot/numberText.js";
import { colour, theme } from "../page/parts/chart/theme.js";
import { type Columns, type Neuron, neuronCount, neuronIndex, neuronName, parameterIndex, sameNeuron } from "./network.js";
import { paintMap, type Palettes, palettes } from "./paint.js";
import type { Frame, ParameterPlace } from "./protocol.js";
import type { Session } from "./session.js";

export interface DiagramProps {
  readonly session: Session;
  /** The neuron that is looked at in passing. */
  readonly glanced: Signal<Neuron | null>;
  /** The neuron that is chosen. */
  readonly chosen: Signal<Neuron | null>;
  /** The weight that is looked at. */
  readonly weight: Signal<ParameterPlace | null>;
}

interface Layout {
  readonly width: number;
  readonly height: number;
  /** Side of a neuron's picture. */
  readonly side: number;
  /** Middle of a neuron. */
  at(neuron: Neuron): readonly [x: number, y: number];
}

const headHeight = 26;
/** Between the neurons of two columns, at least. */
const leastGap = 28;
const widest = 1000;
const linesPerFrame = 800;

function layoutOf(columns: Columns, room: number): Layout {
  const tallest = Math.max(...columns);
  const side = Math.max(24, Math.min(room < 700 ? 46 : 64, Math.floor((room < 700 ? 430 : 520) / tallest) - 6));
  const width = Math.max(room, columns.length * (side + leastGap));
  const pitch = side + (tallest > 12 ? 4 : 10);
  const height = headHeight + Math.max(tallest, 4) * pitch;
  const middle = headHeight + (height - headHeight) / 2;
  const edge = side / 2 + 4;
  return {
    width,
    height,
    side,
    at: ({ column, unit }) => [edge + ((width - 2 * edge) * column) / (columns.length - 1), middle + (unit - (columns[column] - 1) / 2) * pitch],
  };
}

export function Diagram({ session, glanced, chosen, weight }: DiagramProps): preact.JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const lines = useRef<HTMLCanvasElement>(null);
  const pictures = useRef<HTMLCanvasElement>(null);
  const sinceLines = useRef(0);
  const drawing = useRef<HTMLDivElement>(null);
  const strip = useMemo(() => document.createElement("canvas"), []);
  const [room, setRoom] = useState(0);
  const [focused, setFocused] = useState<Neuron>({ column: 0, unit: 0 });
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setRoom(Math.min(widest, Math.floor(entry.contentRect.width))));
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  const columns = session.columns.value;
  const config = session.built.value;
  const points = session.points.value;
  const layout = columns.length === 0 || room === 0 ? null : layoutOf(columns, room);
  const current = useRef<{ layout: Layout; columns: Columns } | null>(null);
  current.current = layout === null ? null : { layout, columns };

  /** Shapes of network and place, if the frame is of this network. */
  const drawable = (): { readonly frame: Frame; readonly layout: Layout; readonly columns: Columns } | null => {
    const frame = session.frame.value;
    return frame === null || current.current === null || frame.units.length !== neuronCount(current.current.columns) * frame.unitSide ** 2 ? null : { frame, ...current.current };
  };
  const drawPictures = (): void => {
    const { value: colours } = palettes;
    const found = drawable();
    const context = found && sized(pictures.current, found.layout);
    if (context) paintNeurons(context, found.layout, found.columns, found.frame, colours, strip);
  };
  const drawLines = (): void => {
    void theme.value;
    const { value: looked } = weight;
    const found = drawable();
    if (found === null) return;
    // Thousands of lines take longer than a frame has.
    const every = found.frame.playing ? Math.ceil(found.frame.parameters.length / linesPerFrame) : 1;
    if (++sinceLines.current < every) return;
    sinceLines.current = 0;
    const context = sized(lines.current, found.layout);
    if (context !== null) paintLines(context, found.layout, found.columns, found.frame.parameters, looked);
  };
  useSignalEffect(drawPictures);
  useSignalEffect(drawLines);
  const key = `${columns.join()} ${room} ${layout?.width}`;
  useLayoutEffect(() => {
    sinceLines.current = Infinity;
    drawPictures();
    drawLines();
  }, [key]);

  if (layout === null || config === null || points === null) return <div class="diagram" ref={place} />;
  const nameOf = (neuron: Neuron): string => neuronName(columns, neuron, config.inputs, points.classes);
  const last = columns.length - 1;
  const title = (column: number): string => (column === 0 ? "inputs" : column === last ? "output" : columns.length > 6 ? String(column) : `layer ${column}`);
  const within = (neuron: Neuron): Neuron => {
    const column = Math.min(last, Math.max(0, neuron.column));
    return { column, unit: Math.min(columns[column] - 1, Math.max(0, neuron.unit)) };
  };
  const entry = within(focused);
  const move = (event: KeyboardEvent, { column, unit }: Neuron): void => {
    const steps: Readonly<Record<string, Neuron>> = {
      ArrowLeft: { column: column - 1, unit },
      ArrowRight: { column: column + 1, unit },
      ArrowUp: { column, unit: unit - 1 },
      ArrowDown: { column, unit: unit + 1 },
      Home: { column: 0, unit: 0 },
      End: { column: last, unit: 0 },
    };
    if (!Object.hasOwn(steps, event.key)) return;
    event.preventDefault();
    const next = within(steps[event.key]);
    setFocused(next);
    drawing.current?.querySelectorAll<HTMLButtonElement>(".neuron")[neuronIndex(columns, next)].focus();
  };
  const weightAt = (event: PointerEvent): ParameterPlace | null => {
    const box = lines.current!.getBoundingClientRect();
    return nearestWeight(layout, columns, event.clientX - box.left, event.clientY - box.top);
  };
  const looked = weight.value;
  return (
    <div class="diagram" ref={place}>
      <div class="scroll">
        <div
          class="drawing"
          ref={drawing}
          role="group"
          aria-label={`Network of ${columns.join(", ")} neurons. Arrow keys move between neurons, Enter chooses one and shows its weights.`}
          style={{ width: `${layout.width}px`, height: `${layout.height}px` }}
          onPointerMove={(event) => {
            if (!(event.target instanceof HTMLButtonElement) && !(event.target as Element).closest("button")) weight.value = weightAt(event);
          }}
          onPointerLeave={() => (weight.value = null)}
          onClick={(event) => {
            if ((event.target as Element).closest("button") !== null) return;
            const found = weightAt(event as unknown as PointerEvent);
            if (found !== null) chosen.value = { column: found.column, unit: found.unit };
          }}
        >
          <canvas ref={lines} aria-hidden="true" />
          <canvas ref={pictures} aria-hidden="true" />
          {columns.map((_, column) => (
            <span key={column} class="column-name" aria-hidden="true" style={column === 0 ? { left: 0 } : column === last ? { right: 0 } : { left: `${layout.at({ column, unit: 0 })[0]}px`, transform: "translateX(-50%)" }}>{title(column)}</span>
          ))}
          {columns.flatMap((units, column) =>
            Array.from({ length: units }, (_, unit) => {
              const neuron = { column, unit };
              const [x, y] = layout.at(neuron);
              const name = nameOf(neuron);
              return (
                <button
                  key={`${column}.${unit}`}
                  type="button"
                  class="neuron"
                  aria-label={name}
                  title={name}
                  aria-pressed={sameNeuron(chosen.value, neuron)}
                  tabIndex={sameNeuron(entry, neuron) ? 0 : -1}
                  style={{ left: `${x - layout.side / 2}px`, top: `${y - layout.side / 2}px`, width: `${layout.side}px`, height: `${layout.side}px` }}
                  onClick={() => (chosen.value = sameNeuron(chosen.value, neuron) ? null : neuron)}
                  onPointerEnter={() => {
                    weight.value = null;
                    glanced.value = neuron;
                  }}
                  onPointerLeave={() => (glanced.value = null)}
                  onFocus={() => {
                    setFocused(neuron);
                    glanced.value = neuron;
                  }}
                  onBlur={() => (glanced.value = null)}
                  onKeyDown={(event) => move(event, neuron)}
                />
              );
            }),
          )}
        </div>
      </div>
      <p class="quiet">Orange, solid lines raise the next neuron, blue, dashed ones lower it; the wider, the more.</p>
      <p class="readout quiet">
        {looked === null ? "Point at a line to read its weight." : `${weightName(looked, nameOf)}: `}
        {looked !== null && <WeightValue session={session} place={looked} />}
      </p>
    </div>
  );
}

/** "x1 → layer 1, unit 2", or the bias of that. */
function weightName({ column, unit, from }: ParameterPlace, nameOf: (neuron: Neuron) => string): string {
  const to = nameOf({ column, unit });
  return from === null ? `bias of ${to}` : `${nameOf({ column: column - 1, unit: from })} → ${to}`;
}

function WeightValue({ session, place: { column, unit, from } }: { readonly session: Session; readonly place: ParameterPlace }): preact.JSX.Element {
  const value = session.frame.value?.parameters[parameterIndex(session.columns.value, column, unit, from)];
  return <output>{value === undefined ? "" : numberText(value, 3)}</output>;
}

/** The line whose middle part passes within a few pixels. */
function nearestWeight({ at, side }: Layout, columns: Columns, x: number, y: number): ParameterPlace | null {
  for (let column = 1; column < columns.length; column++) {
    const [left] = at({ column: column - 1, unit: 0 });
    const [right] = at({ column, unit: 0 });
    if (x < left + side / 2 || x > right - side / 2) continue;
    const share = (x - left - side / 2) / (right - left - side);
    let best: ParameterPlace | null = null;
    let nearest = 7;
    for (let unit = 0; unit < columns[column]; unit++) {
      for (let from = 0; from < columns[column - 1]; from++) {
        const [, y0] = at({ column: column - 1, unit: from });
        const [, y1] = at({ column, unit });
        const distance = Math.abs(y0 + share * (y1 - y0) - y);
        if (distance < nearest) [nearest, best] = [distance, { column, unit, from }];
      }
    }
    return best;
  }
  return null;
}

const widths = 8;

/** The canvas for drawing in pixels of the page, emptied. */
function sized(canvas: HTMLCanvasElement | null, { width, height }: Layout): CanvasRenderingContext2D | null {
  if (canvas === null) return null;
  const scale = devicePixelRatio;
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h) {
    [canvas.width, canvas.height] = [w, h];
    [canvas.style.width, canvas.style.height] = [`${width}px`, `${height}px`];
  }
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context?.setTransform(scale, 0, 0, scale, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

/** @param strip Holds the pictures of all neurons, one below the other, as the frame does. */
function paintNeurons(context: CanvasRenderingContext2D, { side, at }: Layout, columns: Columns, { units, unitSide }: Frame, { diverging, classes }: Palettes, strip: HTMLCanvasElement): void {
  const last = columns.length - 1;
  const outputs = neuronIndex(columns, { column: last, unit: 0 }) * unitSide ** 2;
  // An output that speaks for one class of several has that class's colour.
  paintMap(strip, units, unitSide, columns[last] === 1 ? () => diverging : (i) => (i < outputs ? diverging : classes[Math.floor((i - outputs) / unitSide ** 2)]));
  let index = 0;
  for (const [column, count] of columns.entries()) {
    for (let unit = 0; unit < count; unit++, index++) {
      const [x, y] = at({ column, unit });
      context.drawImage(strip, 0, index * unitSide, unitSide, unitSide, x - side / 2, y - side / 2, side, side);
    }
  }
}

function paintLines(context: CanvasRenderingContext2D, { side, at }: Layout, columns: Columns, parameters: Float32Array, looked: ParameterPlace | null): void {
  let most = 1;
  for (const value of parameters) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  // Lines of one width and sign one after the other; each by itself, as a path of thousands that cross is far slower.
  const groups: ParameterPlace[][] = Array.from({ length: 2 * widths }, () => []);
  for (let column = 1; column < columns.length; column++) {
    for (let unit = 0; unit < columns[column]; unit++) {
      for (let from = 0; from < columns[column - 1]; from++) {
        const value = parameters[parameterIndex(columns, column, unit, from)];
        const wide = Math.min(widths - 1, Math.floor((widths * Math.abs(value)) / most));
        if (Number.isFinite(value)) groups[value < 0 ? wide : widths + wide].push({ column, unit, from });
      }
    }
  }
  const stroke = ({ column, unit, from }: ParameterPlace): void => {
    const [x0, y0] = at({ column: column - 1, unit: from ?? 0 });
    const [x1, y1] = at({ column, unit });
    context.beginPath();
    context.moveTo(x0 + side / 2, y0);
    context.lineTo(x1 - side / 2, y1);
    context.stroke();
  };
  for (const [i, group] of groups.entries()) {
    const wide = i % widths;
    const negative = i < widths;
    context.strokeStyle = colour(negative ? "series1" : "series2");
    context.lineWidth = 0.6 + (wide * 5) / widths;
    context.setLineDash(negative ? [5, 4] : []);
    context.globalAlpha = 0.45 + (0.5 * wide) / widths;
    for (const place of group) stroke(place);
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
  if (looked === null || looked.from === null || looked.column >= columns.length) return;
  context.strokeStyle = colour("ink");
  context.lineWidth = 3;
  stroke(looked);
}
