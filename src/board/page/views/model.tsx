/** model. */

export default function View(): preact.JSX.Element {
  return <h1>model</h1>;
}
