// Package conformance is what the two Go programs of the kits' conformance app share: everything but
// HTTP. The app of every kit behaves alike and is held to one table by the tests of package sandbox:
//
//	ANY /echo          the body comes back, with X-Method, X-Path and the request's Content-Type
//	GET /env           {"plugin","version","settings","user","role"}
//	GET /identity      {"user","role","subject","issuer","issuedAt","expiresAt"}, or 403 {"error"}
//	GET /fetch?url=U   {"status","body"} of a GET through the host, or 502 {"error":"EACCES"}
//	PUT /store?key=K   204; GET 200 or 404; DELETE 204; kept across restarts
//	GET /slow?ms=N     "slow" after N milliseconds, while others are answered
//	GET /stream?n=N    N lines, each sent at once, some 20 ms apart
//	GET /crash         the instance ends with a failure
package conformance
