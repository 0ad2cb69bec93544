package lean

import "time"

// Bounds of what a peer may send. A request beyond them is answered with the status named and the
// connection closed.
const (
	// MaxHead bounds request line and headers together, in bytes: 431.
	MaxHead = 32 << 10
	// MaxTarget bounds the path with its query, in bytes: 414.
	MaxTarget = 8 << 10
	// MaxHeaders bounds the number of headers, and that of trailers: 431.
	MaxHeaders = 100
	// DefaultMaxBody bounds a request's body, in bytes, where the server says nothing else: 413.
	DefaultMaxBody = 10 << 20
)

const (
	maxMethod    = 32
	maxChunkLine = 256       // a chunk's size with its extensions
	maxTrailer   = 4 << 10   // all trailers of a body
	maxUnread    = 256 << 10 // of a body that the handler left unread, to keep the connection
	inputSize    = 4 << 10   // a connection's buffer, before a long head makes it grow
	outputSize   = 16 << 10  // a response is sent with its length up to here

	// lingerTime is how long a refused client's bytes are read, so that it sees the answer.
	lingerTime = time.Second
	// defaultStopTimeout is how long Serve waits for handlers after the listener has failed.
	defaultStopTimeout = 5 * time.Second
)
