// Signs one access token with each asymmetric algorithm by npm's jose, and publishes the keys.
// stdin: {issuer, audience, algorithms}; stdout: {keys, tokens} with a token for each algorithm.
import { readFileSync } from "node:fs";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from "jose";

const { issuer, audience, algorithms } = JSON.parse(readFileSync(0, "utf8"));
const keys = [];
const tokens = {};
for (const alg of algorithms) {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  keys.push({ ...jwk, kid, alg, use: "sig" });
  tokens[alg] = await new SignJWT({ scope: "orders:read", client_id: "web" })
    .setProtectedHeader({ alg, kid, typ: "at+jwt" })
    .setSubject(`user of ${alg}`)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime("5m")
    .setJti(kid)
    .sign(privateKey);
}
console.log(JSON.stringify({ keys, tokens }));
