/** Workers as modules; and the two headers with which kernels get threads. The page runs without them, on one. */

const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export default {
  worker: { format: "es" },
  build: { target: "es2022" },
  server: { headers },
  preview: { headers },
};
