package static

import (
	"bufio"
	"io"
	"net"

	"github.com/valyala/fasthttp"
)

// arenaStream is a part of a region as the body of an answer. fasthttp closes it when the
// body was written or could not be.
type arenaStream struct {
	arena *arena
	gen   *generation
	conn  *net.TCPConn
	// at and end are places in the file.
	at, end int64
}

// SupportsBodyWriteTo lets fasthttp use WriteTo.
func (s *arenaStream) SupportsBodyWriteTo() bool { return true }

// WriteTo sends the part. fasthttp's writer is the connection's; any other one is given
// the bytes.
func (s *arenaStream) WriteTo(w io.Writer) (int64, error) {
	if buffered, ok := w.(*bufio.Writer); ok {
		return sendFile(s.conn, buffered, s.gen.fd, s.at, s.end)
	}
	return io.Copy(w, io.NewSectionReader(s.gen.file, s.at, s.end-s.at))
}

// Read implements io.Reader for whoever does not use WriteTo.
func (s *arenaStream) Read(p []byte) (int, error) {
	if s.at >= s.end {
		return 0, io.EOF
	}
	n, err := s.gen.file.ReadAt(p[:min(int64(len(p)), s.end-s.at)], s.at)
	s.at += int64(n)
	return n, err
}

// Close releases the region. Closing again is no error.
func (s *arenaStream) Close() error {
	if s.gen != nil {
		s.arena.release(s.gen)
		s.gen = nil
	}
	return nil
}

// kept gives the body from the arena, or nil if it must be sent in another way.
func (s *Server) kept(ctx *fasthttp.RequestCtx, p plan) *arenaStream {
	conn, ok := ctx.Conn().(*net.TCPConn) // not with TLS
	if s.arena == nil || !ok || p.form.size < arenaMin {
		return nil
	}
	r := s.arena.take(p.form, s.open)
	if r == nil {
		return nil
	}
	return &arenaStream{arena: s.arena, gen: r.gen, conn: conn, at: r.at + p.part.start, end: r.at + p.part.end}
}
