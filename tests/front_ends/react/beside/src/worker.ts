/** A worker with a client of its own; nothing of a page is there. */
import { createClient } from "drf-jwt-kit-client";

const client = createClient({ baseUrl: "/api/auth/" });
client.onChange((session) => postMessage(session));
addEventListener("message", async ({ data }: MessageEvent<string>) => {
  postMessage((await client.fetch(data)).status);
});
