/** The large map: what the network, or one of its neurons, says about the plane, with the points on top. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { fixedText, numberText } from "../../plot/numberText.js";
import { boundaryPath } from "./boundaryPath.js";
import { byteOf } from "./mapBytes.js";
import { axisTicks, markPath, marksOf } from "./marks.js";
import { paintMap, palettes } from "./paint.js";
import type { DrawnPoints, LargeMap, Plane } from "./protocol.js";
import type { Session } from "./session.js";

const margin = { left: 40, bottom: 24, top: 6, right: 8 };

export interface OutputMapProps {
  readonly session: Session;
  /** What is shown, in words. */
  readonly name: string;
}

export function OutputMap({ session, name }: OutputMapProps): preact.JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const boundary = useRef<SVGPathElement>(null);
  const [width, setWidth] = useState(0);
  const [pointer, setPointer] = useState<readonly [number, number] | null>(null);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry.contentRect.width)));
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  const size = Math.max(40, width - margin.left - margin.right);
  const points = session.points.value;
  const map = session.frame.value?.map;
  const { value: colours } = palettes;
  // Drawn with each picture that comes.
  useLayoutEffect(() => {
    if (map === undefined || canvas.current === null) return;
    const { values, winners, side } = map;
    paintMap(canvas.current, Uint8Array.from(values, byteOf), side, winners === null ? () => colours.diverging : (i) => colours.classes[winners[i]]);
    boundary.current?.setAttribute("d", winners === null ? boundaryPath(values, side, size) : "");
  });
  return (
    <div class="map" ref={place}>
      {points !== null && map !== undefined && (
        <>
          <div
            class="plane"
            role="img"
            aria-label={`Map of ${name} over ${points.names[0]} and ${points.names[1]}, with ${points.y.length} points`}
            style={{ height: `${size + margin.top + margin.bottom}px` }}
          >
            <canvas ref={canvas} width={map.side} height={map.side} style={{ left: `${margin.left}px`, top: `${margin.top}px`, width: `${size}px`, height: `${size}px` }} />
            <svg width={width} height={size + margin.top + margin.bottom} aria-hidden="true">
              <Axes points={points} size={size} />
              <svg
                x={margin.left}
                y={margin.top}
                width={size}
                height={size}
                onPointerMove={(event) => {
                  const box = event.currentTarget.getBoundingClientRect();
                  setPointer([(event.clientX - box.left) / size, (event.clientY - box.top) / size]);
                }}
                onPointerLeave={() => setPointer(null)}
              >
                <rect class="catch" width={size} height={size} />
                <path class="boundary" ref={boundary} />
                <Marks points={points} size={size} />
              </svg>
            </svg>
          </div>
          <Legend points={points} map={map} />
          <p class="readout quiet">{pointer === null ? "Point at the map to read its values." : readout(map, points, pointer)}</p>
        </>
      )}
    </div>
  );
}

function Axes({ points, size }: { readonly points: DrawnPoints; readonly size: number }): preact.JSX.Element {
  const count = size < 300 ? 3 : 6;
  const { plane, names } = points;
  return (
    <g class="axes" transform={`translate(${margin.left} ${margin.top})`}>
      <rect class="frame" width={size} height={size} />
      {axisTicks(plane.x, count).filter(({ at }) => at * size < size - 34).map(({ value, at }) => <text key={`x${value}`} x={at * size} y={size + 17} text-anchor="middle">{numberText(value)}</text>)}
      {axisTicks(plane.y, count).filter(({ at }) => (1 - at) * size > 22).map(({ value, at }) => <text key={`y${value}`} x={-6} y={(1 - at) * size + 4} text-anchor="end">{numberText(value)}</text>)}
      <text class="name" x={size} y={size + 17} text-anchor="end">{shortName(names[0])}</text>
      <text class="name" x={-6} y={12} text-anchor="end">{shortName(names[1])}</text>
    </g>
  );
}

const shortName = (name: string): string => (name.length <= 5 ? name : `${name.slice(0, 4)}…`);

function Marks({ points, size }: { readonly points: DrawnPoints; readonly size: number }): preact.JSX.Element {
  const known = useRef<{ points: DrawnPoints; size: number; drawn: preact.JSX.Element[] } | null>(null);
  if (known.current?.points !== points || known.current.size !== size) {
    const drawn = marksOf(points, size).map(({ label, train, path }) => <path key={`${label}${train}`} d={path} class={train ? "train" : "test"} style={{ "--class": `var(--series${label + 1})` }} />);
    known.current = { points, size, drawn };
  }
  return <g class="marks">{known.current.drawn}</g>;
}

function Legend({ points, map }: { readonly points: DrawnPoints; readonly map: LargeMap }): preact.JSX.Element {
  const two = map.neuron === null && points.classes.length === 2;
  const most = numberText(map.most, 3);
  return (
    <div class="map-legend">
      <ul>
        {points.classes.map((each, label) => (
          <li key={each}>
            <svg width="26" height="14" aria-hidden="true" class="marks" style={{ "--class": `var(--series${label + 1})` }}>
              <path class="train" d={markPath(label, 6, 7, 4.4)} />
              <path class="test" d={markPath(label, 19, 7, 4.4)} />
            </svg>
            <span>{points.names[0] === "x1" ? `class ${each}` : each}</span>
          </li>
        ))}
        <li class="quiet">filled: trained on, outlined: test</li>
      </ul>
      {map.winners === null ? (
        <div class="scale">
          <span>{two ? `certainly ${points.classes[0]}` : `−${most}`}</span>
          <span class="ramp" aria-hidden="true" />
          <span>{two ? `certainly ${points.classes[1]}` : most}</span>
        </div>
      ) : <p class="quiet">The stronger the colour, the surer the class.</p>}
    </div>
  );
}

/** What the map says at a place, from 0 to 1 from the top left. */
function readout(map: LargeMap, { plane, names, classes }: DrawnPoints, [u, v]: readonly [number, number]): string {
  const { side, values, winners, most, neuron } = map;
  const at = (part: number): number => Math.min(side - 1, Math.max(0, Math.floor(part * side)));
  const i = at(v) * side + at(u);
  const [x1, x2] = coordinates(plane, u, v);
  const where = `${names[0]} ${fixedText(x1, 2)}, ${names[1]} ${fixedText(x2, 2)}: `;
  const value = values[i];
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  if (winners !== null) return `${where}${classes[winners[i]]}, ${percent(1 / classes.length + value * (1 - 1 / classes.length))}`;
  if (neuron === null) return `${where}${classes[value < 0 ? 0 : 1]}, ${percent((1 + Math.abs(value)) / 2)}`;
  return `${where}${numberText(value * most, 2)}`;
}

const coordinates = ({ x, y }: Plane, u: number, v: number): readonly [number, number] => [x[0] + u * (x[1] - x[0]), y[1] - v * (y[1] - y[0])];
