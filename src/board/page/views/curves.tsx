/** curves. */

export default function View(): preact.JSX.Element {
  return <h1>curves</h1>;
}
