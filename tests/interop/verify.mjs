// Verifies tokens with npm's jose, from a JWK Set that it fetches, as another service would.
// stdin: {url, issuer, audience, tokens}; stdout: for each token its claims and header, or why not.
import { readFileSync } from "node:fs";
import { calculateJwkThumbprint, createRemoteJWKSet, jwtVerify } from "jose";

const { url, issuer, audience, tokens } = JSON.parse(readFileSync(0, "utf8"));
const keys = createRemoteJWKSet(new URL(url));

const verdicts = [];
for (const token of tokens) {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer, audience, typ: "at+jwt" });
    verdicts.push({ payload, header: protectedHeader });
  } catch (error) {
    verdicts.push({ error: error.code });
  }
}
const published = keys.jwks().keys;
const thumbprints = await Promise.all(published.map((key) => calculateJwkThumbprint(key)));
console.log(JSON.stringify({ verdicts, kids: published.map((key) => key.kid), thumbprints }));
