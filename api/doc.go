// Package api is everything that a browser or a program sees: the REST interface, events, plugin content and the
// pages of the host itself.
//
// [Server] puts HTTP in front of a [host.Host]: it authenticates, checks rights and origins, decodes and bounds what
// comes in, and turns the domain's errors into problem documents (RFC 9457). What may be asked for stands
// in one table, (*Server).routes, which the OpenAPI document in openapi.yaml is held to.
//
// A Server owns one goroutine that counts events for the metrics and those of its relay and its file server;
// [Server.Shutdown] ends them, and every stream that is open, and waits. The package decides nothing
// about plugins, reads no environment and keeps no state beside rate limits.
package api
