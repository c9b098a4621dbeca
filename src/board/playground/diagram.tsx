/**
 * The network as a drawing: a small map for each neuron, a line for each weight. Width says how large a weight is, colour and dashes its sign. The
 * neurons are buttons, moved between by arrow keys; lines are found by the pointer, and stand as numbers beside the neuron that is chosen.
 */

import { type Signal, useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { numberText } from "../../plot/numberText.js";
import { colour, theme } from "../page/parts/chart/theme.js";
import { columnTitle, type Layout, layoutOf, weightEnds, weightGroups, weightsSaid } from "./diagramLayout.js";
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

const widest = 1000;
const linesPerFrame = 800;

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
            <span key={column} class="column-name" aria-hidden="true" style={column === 0 ? { left: 0 } : column === last ? { right: 0 } : { left: `${layout.at({ column, unit: 0 })[0]}px`, transform: "translateX(-50%)" }}>{columnTitle(columns, column)}</span>
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
      <p class="quiet">{weightsSaid}</p>
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
function paintNeurons(context: CanvasRenderingContext2D, { side, at }: Layout, columns: Columns, frame: Frame, colours: Palettes, strip: HTMLCanvasElement): void {
  paintStrip(strip, columns, frame, colours);
  const { unitSide } = frame;
  let index = 0;
  for (const [column, count] of columns.entries()) {
    for (let unit = 0; unit < count; unit++, index++) {
      const [x, y] = at({ column, unit });
      context.drawImage(strip, 0, index * unitSide, unitSide, unitSide, x - side / 2, y - side / 2, side, side);
    }
  }
}

function paintStrip(strip: HTMLCanvasElement, columns: Columns, { units, unitSide }: Frame, { diverging, classes }: Palettes): void {
  const last = columns.length - 1;
  const outputs = neuronIndex(columns, { column: last, unit: 0 }) * unitSide ** 2;
  // An output that speaks for one class of several has that class's colour.
  paintMap(strip, units, unitSide, columns[last] === 1 ? () => diverging : (i) => (i < outputs ? diverging : classes[Math.floor((i - outputs) / unitSide ** 2)]));
}

/** Pictures of all neurons, inputs first, as addresses that hold them, in the colours that the page has. */
export function neuronPictures(columns: Columns, frame: Frame): string[] {
  const [strip, one] = [document.createElement("canvas"), document.createElement("canvas")];
  paintStrip(strip, columns, frame, palettes.peek());
  const { unitSide } = frame;
  one.width = one.height = unitSide;
  const context = one.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("This browser gives no canvas to draw the pictures on.");
  return Array.from({ length: neuronCount(columns) }, (_, index) => {
    context.drawImage(strip, 0, -index * unitSide);
    return one.toDataURL("image/png");
  });
}

function paintLines(context: CanvasRenderingContext2D, layout: Layout, columns: Columns, parameters: Float32Array, looked: ParameterPlace | null): void {
  // Each by itself, as a path of thousands that cross is far slower.
  const stroke = (place: ParameterPlace): void => {
    const [x0, y0, x1, y1] = weightEnds(layout, place);
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
  };
  for (const { paint, width, opacity, dash, places } of weightGroups(columns, parameters)) {
    context.strokeStyle = colour(paint);
    context.lineWidth = width;
    context.setLineDash([...dash]);
    context.globalAlpha = opacity;
    for (const place of places) stroke(place);
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
  if (looked === null || looked.from === null || looked.column >= columns.length) return;
  context.strokeStyle = colour("ink");
  context.lineWidth = 3;
  stroke(looked);
}
