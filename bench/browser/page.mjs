import { measure } from "./task.mjs";

globalThis.measure = measure;
globalThis.measureInWorker = (task) =>
  new Promise((resolve) => {
    const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => {
      worker.terminate();
      resolve(data);
    };
    worker.postMessage(task);
  });
