// Package relay is the reverse proxy between clients and script plugins.
//
// [Relay.Handle] passes one request on to an instance of a plugin and its answer back.
// Bodies are streamed both ways with bounded memory; limits of time are limits of idleness,
// so that a stream may last as long as it moves. The heads are rebuilt from their raw lines
// by filters that know what may pass: a client cannot speak for the host towards a plugin,
// and a plugin cannot speak for the host towards a browser.
//
// Connections to an instance are pooled for that instance alone, under four seconds, since
// Node closes idle ones after five. A request is sent a second time only if it is a GET or
// HEAD without body and the connection had been used before and died before the first byte.
// Where an instance takes no connection, the request waits for the next one.
//
// Upgraded connections and event streams do not end by themselves: they do not count as
// requests under way of their instance, and are cut when it begins to stop.
//
// A [Relay] owns one goroutine, which looks once a second for clients that left, pools
// whose instance ended and idle connections; an upload that is longer than a few kilobytes
// and an event stream have one more each, an upgraded connection two, which end with their request. [Relay.Close]
// stops and waits for them.
//
// Not passed: trailers, 1xx answers but 101, CONNECT and TRACE. The package decides neither
// who may use a plugin nor cross-origin and content security policy: the caller does.
package relay
