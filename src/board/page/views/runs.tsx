/** runs. */

export default function View(): preact.JSX.Element {
  return <h1>runs</h1>;
}
