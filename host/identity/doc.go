// Package identity signs who makes a request, and verifies it.
//
// A token is a JWT (RFC 7519) with an EdDSA signature (RFC 8037, Ed25519) that says for [Life] who asks which plugin. [Signer] makes
// tokens and reuses them; [Publish] writes the public halves of keys as a JWK set (RFC 7517); [Keys] and [File] verify a token with such
// a set. Nothing but EdDSA is accepted, whatever a token's header says.
package identity
