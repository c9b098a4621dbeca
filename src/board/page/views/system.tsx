/** system. */

export default function View(): preact.JSX.Element {
  return <h1>system</h1>;
}
