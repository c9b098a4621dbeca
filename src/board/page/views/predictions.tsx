/** predictions. */

export default function View(): preact.JSX.Element {
  return <h1>predictions</h1>;
}
