/** What a view shows before the first answer of the server. */

import { connection } from "../api.js";

export const Waiting = (): preact.JSX.Element =>
  connection.value === "lost" ? <p class="problem" role="alert">The board's server does not answer. Is <code>nabla board</code> still running? The page goes on by itself when it does.</p> : <p class="quiet">loading …</p>;
