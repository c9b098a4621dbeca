/** Puts its content on the page when the reader comes near. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export function Nearby({ class: name, children }: { readonly class: string; readonly children: ComponentChildren }): preact.JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => {
      if (entry.isIntersecting) setNear(true);
    }, { rootMargin: "600px" });
    if (place.current !== null) observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return <div ref={place} class={near ? "" : name}>{near && children}</div>;
}
