package relay

import (
	"github.com/valyala/fasthttp"
)

// CutTarget is cutTarget.
var CutTarget = cutTarget

// RewriteLocation is rewriteLocation for a request to host that the plugin saw as path.
func RewriteLocation(value []byte, prefix, host, path string) []byte {
	return rewriteLocation(value, place{prefix: prefix, host: []byte(host), path: []byte(path)})
}

// RewriteCookie is rewriteCookie.
var RewriteCookie = rewriteCookie

// RequestHead is the head that a plugin gets for a GET with these header lines.
func RequestHead(block []byte, reserved []string) ([]byte, error) {
	var h head
	if err := h.scan(block, false); err != nil {
		return nil, err
	}
	return appendRequest(nil, &h, &outgoing{
		method: []byte("GET"), target: []byte("/x"), host: []byte("front"), prefix: "/apps/clock",
		identity: Identity{User: "ada", Role: "agent"},
	}, reserve(reserved))
}

// ResponseHead is the head that a client gets for a plugin's answer.
func ResponseHead(block []byte, reserved []string) ([]byte, error) {
	var in response
	if err := in.parse(block); err != nil {
		return nil, err
	}
	var h fasthttp.ResponseHeader
	h.SetStatusCode(in.status)
	r := &Relay{reserved: reserve(reserved)}
	r.pass(&h, &in, place{prefix: "/apps/clock", host: []byte("front"), path: []byte("/x")})
	return h.Header(), nil
}
