// Package sso is the client of an OpenID Connect provider: it sends a browser there to log in, and finds out who came back.
//
// [Client.Begin] makes the address to send the browser to, with a state, a nonce and a PKCE challenge of its own for each
// attempt. The caller keeps the [Attempt] where only that browser has it, and [Client.Finish] holds the answer to it: the
// state, the code that is exchanged once, and the ID token's issuer, audience, nonce, time and signature. What somebody is given
// follows from their groups alone, by the [GroupMap].
//
// The provider is asked when it is first needed: one that is away keeps nothing else from working. Each request to it is bounded
// in time and bytes, follows no redirect, and goes through the proxy and trusts the certificates of the [Options].
// What the provider says in its errors is for the log and never for a page.
package sso
