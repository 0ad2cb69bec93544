package lean

import "io"

// Request is one request. It and its strings belong to the handler until it returns; strings may be
// kept.
type Request struct {
	// Method is as it was sent: methods are case-sensitive.
	Method string
	// Target is the path with its query, as it was sent.
	Target string
	// Path is the path with its percent-encoding decoded, once and without cleaning: it may hold
	// "..", "//" and any byte.
	Path string
	// RawQuery is what follows the first "?", or "".
	RawQuery string
	// Header holds at most [MaxHeaders] lines.
	Header Header
	// ContentLength is the length of the body in bytes, or -1 where only its end will tell.
	ContentLength int64
	// Body is never nil. Reading more than the server allows gives [ErrBodyTooLarge]. A handler that
	// meets an error here may just return: the server answers 400 or 413, unless the handler set a
	// status from 400 on, and a response that is on its way is cut off.
	Body io.Reader

	old     bool // HTTP/1.0
	closes  bool // Connection: close
	keeps   bool // Connection: keep-alive
	expects bool // the client waits to be asked for the body
	body    body
}

// keepAlive tells whether the client wants the connection to stay.
func (r *Request) keepAlive() bool { return !r.closes && (!r.old || r.keeps) }
