// A real OpenID Connect provider in the test's process, with a login page that takes any password.
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";
import { freePort } from "./appzone.mjs";

const secret = "only for the test, and long enough";

// startProvider starts a provider that ends with the test t. people maps a login to its claims; redirect is the one address that it
// leads back to. It is at 127.0.0.1, which to a browser is another site than localhost.
export async function startProvider(t, people, redirect) {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [{ client_id: "zone", client_secret: secret, redirect_uris: [redirect], grant_types: ["authorization_code"], response_types: ["code"] }],
    claims: { openid: ["sub"], profile: ["preferred_username"], email: ["email"], groups: ["groups"] },
    findAccount: (_, id) => (people[id] ? { accountId: id, claims: () => ({ sub: `subject-of-${id}`, ...people[id] }) } : undefined),
    pkce: { required: () => true },
    cookies: { keys: ["only for the test"] },
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "test", use: "sig", alg: "RS256" }] },
  });
  const server = createServer(provider.callback());
  await new Promise((done, fail) => server.once("error", fail).listen(port, "127.0.0.1", done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { XC_OIDC_ISSUER: issuer, XC_OIDC_CLIENT_ID: "zone", XC_OIDC_CLIENT_SECRET: secret };
}

// signIn goes through the provider's pages as somebody, from wherever page is to where the host leads.
export async function signIn(page, login) {
  await page.fill("input[name=login]", login);
  await page.fill("input[name=password]", "any");
  await page.click("button[type=submit]");
  await page.click("button[type=submit]"); // the consent
}
