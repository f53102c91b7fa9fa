// An OpenID provider (npm oidc-provider) that gives tokens to applications: one proves itself with
// a secret, one with a key. Beside it stands a page that only its tokens open. Prints its origin,
// and ends when its input does.

import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";

// Installed where this is started, not beside this file.
const { default: Provider } = await import(
  createRequire(`${process.cwd()}/`).resolve("oidc-provider")
);
const { secretClient, secret, keyClient, certificate } = JSON.parse(
  readFileSync(process.argv[2], "utf8"),
);

const server = createServer((request, response) => answer(request, response));
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const origin = `http://127.0.0.1:${server.address().port}`;
const scope = `${origin}/.default`;
const common = {
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
  scope,
};
const publicKey = new X509Certificate(readFileSync(certificate)).publicKey;
const provider = new Provider(`${origin}/oidc`, {
  clients: [
    {
      ...common,
      client_id: secretClient,
      client_secret: secret,
      token_endpoint_auth_method: "client_secret_post",
    },
    {
      ...common,
      client_id: keyClient,
      jwks: { keys: [publicKey.export({ format: "jwk" })] },
      token_endpoint_auth_method: "private_key_jwt",
    },
  ],
  clientAuthMethods: ["client_secret_post", "private_key_jwt"],
  enabledJWA: { clientAuthSigningAlgValues: ["PS256", "RS256"] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
  },
  scopes: [scope],
});
const oidc = provider.callback();

async function answer(request, response) {
  if (request.url.startsWith("/oidc/")) {
    request.originalUrl = request.url;
    request.url = request.url.slice("/oidc".length);
    return oidc(request, response);
  }
  const bearer = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
  const token = await provider.ClientCredentials.find(bearer);
  const isGood = token?.scope === scope;
  response.writeHead(isGood ? 200 : 401, { "content-type": "application/json" });
  response.end(
    isGood
      ? '{"value":[{"id":"1"}]}'
      : '{"error":{"code":"InvalidAuthenticationToken","message":"no token of the provider"}}',
  );
}

process.stdin.resume();
process.stdin.on("end", () => process.exit());
console.log(origin);
