/** A drawing of the page as a picture that stands alone: what its style sheets say is written into each of its elements. */

/** What can be taken away: a figure of plot, or a drawing of the page. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  svg(options?: { readonly theme?: "light" | "dark" }): string;
}

/** What style sheets may say of shapes and texts. */
const properties = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "display", "visibility", "font-family", "font-size",
  "font-weight", "font-style", "text-anchor", "dominant-baseline", "paint-order",
];

/** A copy of the drawing as it looks now, on the ground that it stands on. */
export function pictureOf(drawing: SVGSVGElement): Picture {
  const { width, height } = drawing.viewBox.baseVal;
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const [from, to] = [drawing.querySelectorAll<SVGElement>("*"), copy.querySelectorAll<SVGElement>("*")];
  from.forEach((element, i) => {
    const style = getComputedStyle(element);
    to[i].removeAttribute("class");
    to[i].setAttribute("style", properties.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
    for (const name of to[i].getAttributeNames()) if (/^(aria-|role$|tabindex$|id$)/.test(name)) to[i].removeAttribute(name);
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  ground.setAttribute("width", String(width));
  ground.setAttribute("height", String(height));
  ground.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
  copy.prepend(ground);
  const svg = new XMLSerializer().serializeToString(copy);
  return { width, height, svg: () => svg };
}
