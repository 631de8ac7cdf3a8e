// An ordinary client: logs in, asks, refreshes once, names its device, and logs out.
import createClient from "openapi-fetch";
import type { components, paths } from "./api";

type Session = components["schemas"]["TokenSession"];

const client = createClient<paths>({ baseUrl: "https://shop.example" });
let access = "";
let refresh = "";

const bearer = () => ({ Authorization: `Bearer ${access}` });

async function logIn(username: string, password: string): Promise<void> {
  const { data, error } = await client.POST("/api/token/", { body: { username, password } });
  if (error) throw new Error(`${error.code}: ${error.detail}`);
  ({ access, refresh } = data);
}

async function renew(): Promise<boolean> {
  const { data, error } = await client.POST("/api/token/refresh/", {
    body: { refresh },
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
  });
  if (error && "reason" in error && error.reason === "session_ended") return false;
  if (data) ({ access, refresh } = data);
  return data !== undefined;
}

async function devices(): Promise<Session[]> {
  const { data, response } = await client.GET("/api/token/sessions/", { headers: bearer() });
  if (response.status === 401 && (await renew())) return devices();
  return data ?? [];
}

await logIn("ada", "correct-horse-battery");
for (const one of await devices()) {
  const params = { path: { session_id: one.id } };
  const headers = bearer();
  if (one.current) {
    await client.PATCH("/api/token/sessions/{session_id}/", { params, headers, body: { name: "Phone" } });
  } else {
    await client.DELETE("/api/token/sessions/{session_id}/", { params, headers });
  }
}
const everywhere = await client.POST("/api/token/logout/all/", {
  headers: bearer(),
  params: { query: { except: "current" } },
});
console.log(everywhere.data?.ended.toFixed());
await client.POST("/api/token/logout/", { body: { refresh } });
