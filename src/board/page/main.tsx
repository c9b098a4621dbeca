/** Entry of the page. */

import { render } from "preact";
import { App } from "./app.js";
import "./style/theme.css";
import "./style/page.css";

render(<App />, document.getElementById("app")!);
