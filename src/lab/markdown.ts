/** Markdown to HTML, for the texts of labs. */

import { Marked } from "marked";

const marked = new Marked({ gfm: true });

/** Headings move down by `below` levels, so that a text fits into a page with headings of its own. Links to files are left as words: a report stands alone. */
export function htmlOf(markdown: string, below = 0): string {
  const html = marked.parse(markdown, {
    async: false,
    walkTokens(token) {
      if (token.type === "heading") token.depth = Math.min(6, token.depth + below);
      if ((token.type === "link" || token.type === "image") && !/^https?:/.test(token.href)) {
        token.type = "codespan";
        token.raw = token.text;
      }
    },
  });
  return html.replaceAll("<table>", '<div class="scroll"><table>').replaceAll("</table>", "</table></div>");
}
