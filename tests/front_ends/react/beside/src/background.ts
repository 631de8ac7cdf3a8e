/** A worker beside the page: what it says is kept in `said`. */
const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const said: unknown[] = [];
worker.onmessage = ({ data }: MessageEvent<unknown>) => said.push(data);
Object.assign(window, { worker, said });
