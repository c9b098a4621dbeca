/** Playground. */

export default function Playground(): preact.JSX.Element {
  return <h1>Playground</h1>;
}
