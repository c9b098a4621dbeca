/** Files that the page hands to its reader. */

/** What no system allows in the name of a file becomes "-". */
// oxlint-disable-next-line no-control-regex
export const fileName = (name: string): string => name.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, "-").replace(/^[.\s-]+|[.\s-]+$/g, "") || "chart";

/** Saves `content` as a file, where the reader's browser keeps such. */
export function download(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A picture of an SVG document with fixed colours: two pixels for each of its own, and of a small one more. @throws Error where the browser cannot draw it. */
export async function pngOfSvg(svg: string, { width, height }: { readonly width: number; readonly height: number }): Promise<Blob> {
  const scale = Math.max(2, Math.ceil(480 / width));
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image(width, height);
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * scale;
    canvas.height = height * scale;
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("This browser gives no canvas to draw the picture on.");
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise<Blob>((resolve, reject) => canvas.toBlob((blob) => (blob === null ? reject(new Error("The picture is too large for this browser.")) : resolve(blob)), "image/png"));
  } finally {
    URL.revokeObjectURL(url);
  }
}
