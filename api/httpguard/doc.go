// Package httpguard makes Fiber and fasthttp safe for streamed request bodies.
//
// With streamed bodies fasthttp hands a request to its handler while the body is still on
// the wire, and takes whatever a handler leaves unread for the next request. [Guard], as
// the first middleware, makes that impossible and refuses ambiguous framing before any
// handler sees it. [Config] and [Harden] are the server settings that belong to it, and
// [LimitedBody] is the one way in which a handler reads a body.
//
// The package starts no goroutine of its own: a refused upload is drained on the
// goroutine of its own connection, for a bounded time. It does no routing and no
// authorization.
package httpguard
