/** Entry of the page. */

import "@fontsource/source-sans-3/400.css";
import "@fontsource/source-sans-3/600.css";
import { render } from "preact";
import { App } from "./app.js";
import "./style/theme.css";
import "./style/page.css";

render(<App />, document.getElementById("app")!);
