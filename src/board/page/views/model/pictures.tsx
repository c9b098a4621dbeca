/** What the network has learned to see: the filters of its first layer over the epochs, and the maps that a layer makes of a sample. */

import { useEffect, useState } from "preact/hooks";
import { Figure } from "../../../../plot/figure.js";
import { image } from "../../../../plot/scene.js";
import type { ImageSeries, Inspection, RunDetail, RunSummary } from "../../../protocol.js";
import { runPath } from "../../api.js";
import { ExportMenu } from "../../parts/exportMenu.js";
import { chosenSample, pictureOf, Samples } from "./samples.js";
import { choose, param } from "./state.js";
import { type Pixels, pixelsCsv } from "./tiles.js";
import { useEpochly } from "./useEpochly.js";
import { plural, shape } from "./words.js";

const isFilters = (tag: string): boolean => tag.startsWith("filters/");

const nameOf = (tag: string): string => (isFilters(tag) ? tag.slice("filters/".length) : tag);

export function Filters({ run }: { readonly run: RunSummary }): preact.JSX.Element {
  const { data: detail, error } = useEpochly<RunDetail>(runPath(run.id), run);
  const tags = detail?.images.map(({ tag }) => tag) ?? [];
  const tag = tags.includes(param("image")) ? param("image") : (tags.find(isFilters) ?? tags[0]);
  const { data: series, error: problem } = useEpochly<ImageSeries>(tag === undefined ? null : `${runPath(run.id)}/images?${new URLSearchParams({ tag }).toString()}`, run);
  return (
    <section aria-labelledby="filters-title">
      <h2 id="filters-title">{tag === undefined || isFilters(tag) ? "Filters of the first layer" : "Pictures"}</h2>
      {detail === null && error === null && <p class="quiet">loading …</p>}
      {(error ?? problem) !== null && <p class="problem" role="alert">{error ?? problem}</p>}
      {detail !== null && tag === undefined && <p class="quiet">This run has no pictures of filters. <code>npx nabla train convnet</code> records them for networks whose first layer is a convolution over images.</p>}
      {tags.length > 1 && (
        <p>
          <label>
            Pictures of
            <select value={tag} onChange={(event) => choose({ image: event.currentTarget.value, step: null })}>
              {tags.map((each) => <option key={each} value={each}>{nameOf(each)}</option>)}
            </select>
          </label>
        </p>
      )}
      {tag !== undefined && series !== null && (series.entries.length === 0 ? <p class="quiet">None yet; the first epoch is not over.</p> : <OverSteps run={run} series={series} />)}
    </section>
  );
}

/** The address has the step; without one the last is shown, also when a new one comes. */
function OverSteps({ run, series: { tag, entries } }: { readonly run: RunSummary; readonly series: ImageSeries }): preact.JSX.Element {
  const unit = run.kind === "events" ? "step" : "epoch";
  const asked = entries.findIndex(({ step }) => String(step) === param("step"));
  const at = asked < 0 ? entries.length - 1 : asked;
  const { step, images, width, height } = entries[at];
  const [playing, setPlaying] = useState(false);
  const go = (next: number): void => choose({ step: next === entries.length - 1 ? null : String(entries[next].step) });
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setTimeout(() => (at === entries.length - 1 ? setPlaying(false) : go(at + 1)), 400);
    return () => clearTimeout(timer);
  }, [playing, at, entries]);
  const play = (): void => {
    if (!playing && at === entries.length - 1) go(0);
    setPlaying(!playing);
  };
  const addresses = Array.from({ length: Math.min(images, 64) }, (_, index) => `api/${runPath(run.id)}/image?${new URLSearchParams({ tag, step: String(step), index: String(index) }).toString()}`);
  const name = `${nameOf(tag)}, ${unit} ${step}`;
  // Other programs may call filters what they like, and draw them as they like.
  const cells = isFilters(tag) && run.kind !== "events" ? ({ what: "filter", gap: "white" } as const) : ({ what: "picture", gap: null } as const);
  return (
    <div class="card pictures">
      <div class="bar">
        {entries.length > 1 && (
          <>
            <button type="button" onClick={play}>{playing ? "Stop" : "Play"}</button>
            <label class="slider">
              {unit} {step}
              <input type="range" min={0} max={entries.length - 1} value={at} aria-valuetext={`${unit} ${step}`} onInput={(event) => { setPlaying(false); go(Number(event.currentTarget.value)); }} />
            </label>
          </>
        )}
        {entries.length === 1 && <span>{unit} {step}</span>}
        <ExportMenu name={`${run.name} ${name}`} figure={() => figureOf(addresses, { width, height }, `${run.name}: ${name}`)} csv={async () => pixelsCsv(await Promise.all(addresses.map(pixelsAt)), cells)} />
      </div>
      <div class="images">
        {addresses.map((address, index) => <Picture key={index} address={address} width={width} height={height} alt={`${name}${addresses.length > 1 ? `, picture ${index + 1} of ${addresses.length}` : ""}`} most={addresses.length > 1 ? 96 : 480} />)}
      </div>
      {isFilters(tag) && <p class="quiet">Each filter is drawn from its lowest to its highest weight. Edges, spots and colours are what trained filters respond to; noise that stays says that the layer learns little.</p>}
    </div>
  );
}

export function Maps({ run, inspection, pictures }: { readonly run: RunSummary; readonly inspection: Inspection; readonly pictures: boolean }): preact.JSX.Element {
  const layers = inspection.layers;
  if (layers.length === 0) return <p class="quiet">No maps were recorded with the samples.</p>;
  const layer = layers.find(({ path }) => path === param("layer")) ?? layers[0];
  const i = chosenSample(inspection);
  const address = pictureOf(run, inspection, i, layer.path);
  const name = `Maps of ${layer.path} for sample ${inspection.samples[i].index}`;
  const flat = layer.shape.length === 1;
  return (
    <>
      <Samples run={run} inspection={inspection} pictures={pictures} />
      <div class="card pictures">
        <div class="bar">
          <label>
            Layer
            <select value={layer.path} onChange={(event) => choose({ layer: event.currentTarget.value })}>
              {layers.map(({ path, shape: axes }) => <option key={path} value={path}>{path} ({shape(axes)})</option>)}
            </select>
          </label>
          <ExportMenu name={`${run.name} ${name}`} figure={() => figureOf([address], null, `${run.name}: ${name}`)} csv={async () => pixelsCsv([await pixelsAt(address)], { what: flat ? "unit" : "map", gap: "clear" })} />
        </div>
        <div class="images">
          <Picture key={address} address={address} alt={name} most={960} />
        </div>
        <p class="quiet">
          {flat ? `${plural(layer.shape[0], "unit")}, one pixel each` : `${plural(layer.shape[0], "map")} of ${layer.shape[1]} × ${layer.shape[2]}, at most 64 of them`}, after epoch {inspection.epoch}. Bright is a large value; where a layer has negative ones, grey is zero.
        </p>
      </div>
    </>
  );
}

/** A picture of few pixels, each of them a whole number of the screen's. */
function Picture({ address, alt, most, width, height }: { readonly address: string; readonly alt: string; readonly most: number; readonly width?: number; readonly height?: number }): preact.JSX.Element {
  const [natural, setNatural] = useState<{ width: number; height: number } | null>(width === undefined || height === undefined ? null : { width, height });
  const [failed, setFailed] = useState(false);
  if (failed) return <p class="problem" role="alert">The picture could not be read.</p>;
  const times = natural === null ? 1 : Math.max(1, Math.min(24, Math.floor(most / natural.width)));
  return (
    <img
      src={address}
      alt={alt}
      style={natural === null ? {} : { width: `${times * natural.width}px` }}
      onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setNatural({ width: naturalWidth, height: naturalHeight })}
      onError={() => setFailed(true)}
    />
  );
}

/** Pictures side by side as a figure, so that they can be taken away like any chart. */
async function figureOf(addresses: readonly string[], known: { readonly width: number; readonly height: number } | null, title: string): Promise<Figure> {
  const loaded = await Promise.all(addresses.map(load));
  const { width, height } = known ?? loaded[0];
  const columns = Math.ceil(Math.sqrt(loaded.length));
  const rows = Math.ceil(loaded.length / columns);
  const scale = Math.max(1, Math.floor(800 / (columns * (width + 1))));
  const step = { x: scale * width + 4, y: scale * height + 4 };
  return new Figure({
    options: { title, description: title },
    width: Math.max(240, columns * step.x + 24),
    heightOf: () => rows * step.y + 60,
    kind: "Pictures",
    summary: title,
    draw: () => loaded.map(({ href }, i) => image({ x: 14 + (i % columns) * step.x, y: 10 + Math.floor(i / columns) * step.y, width: scale * width, height: scale * height }, href)),
  });
}

async function blobAt(address: string): Promise<Blob> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error("The picture could not be read.");
  return answer.blob();
}

async function pixelsAt(address: string): Promise<Pixels> {
  const bitmap = await createImageBitmap(await blobAt(address), { colorSpaceConversion: "none" });
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  if (context === null) throw new Error("This browser gives no canvas to read the picture from.");
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height);
}

async function load(address: string): Promise<{ readonly href: string; readonly width: number; readonly height: number }> {
  const blob = await blobAt(address);
  const { width, height } = await createImageBitmap(blob);
  const href = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result as string));
    reader.addEventListener("error", () => reject(new Error("The picture could not be read.")));
    reader.readAsDataURL(blob);
  });
  return { href, width, height };
}
