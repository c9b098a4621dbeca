/** Shows what the worker reports. */

import type { Report } from "./worker.js";

function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

const picture = (svg: string): string => `data:image/svg+xml,${encodeURIComponent(svg)}`;

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
worker.onerror = (event) => {
  // Of a file that cannot be had browsers tell the console alone.
  const reason = event instanceof ErrorEvent ? event.message : "its program, or a file that it imports, could not be loaded; the browser's console tells which";
  element("status").textContent = `The worker failed: ${reason}`;
};
worker.onmessage = ({ data }: MessageEvent<Report>) => {
  const { epoch, accuracy, backend, boundary, curves } = data;
  element("status").textContent = `Epoch ${epoch}: ${(100 * accuracy).toFixed(1)} % of new points right (${backend}).`;
  element<HTMLImageElement>("boundary").src = picture(boundary);
  element<HTMLImageElement>("curves").src = picture(curves);
  element<HTMLImageElement>("boundary").alt = `The plane as the network divides it after epoch ${epoch}`;
  element<HTMLImageElement>("curves").alt = `Loss and accuracy up to epoch ${epoch}`;
};
