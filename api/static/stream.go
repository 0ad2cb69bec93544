package static

import (
	"bufio"
	"io"
	"net"
	"time"

	"appzone/host"
)

const (
	// pieceBytes is how much is handed to the connection at once, and so what a client must
	// take within pieceTime.
	pieceBytes = 128 << 10
	pieceTime  = 60 * time.Second
)

// blobStream is a part of a blob as the body of an answer. fasthttp closes it when the
// body was written or could not be.
type blobStream struct {
	blob    host.Blob
	conn    net.Conn
	at, end int64
}

// SupportsBodyWriteTo lets fasthttp use WriteTo.
func (s *blobStream) SupportsBodyWriteTo() bool { return true }

// WriteTo writes the part straight from the blob's memory.
func (s *blobStream) WriteTo(w io.Writer) (written int64, err error) {
	var offset int64
	err = s.blob.Chunks(func(chunk []byte) error {
		from, to := max(s.at-offset, 0), min(s.end-offset, int64(len(chunk)))
		offset += int64(len(chunk))
		if from >= to {
			return nil
		}
		n, err := s.pieces(w, chunk[from:to])
		written += n
		return err
	})
	if err == nil && written != s.end-s.at {
		err = io.ErrUnexpectedEOF
	}
	return written, err
}

func (s *blobStream) pieces(w io.Writer, b []byte) (written int64, err error) {
	for len(b) > 0 {
		if err = s.conn.SetWriteDeadline(time.Now().Add(pieceTime)); err != nil {
			return written, err
		}
		n, err := w.Write(b[:min(pieceBytes, len(b))])
		written += int64(n)
		if err != nil {
			return written, err
		}
		b = b[n:]
	}
	if buffered, ok := w.(*bufio.Writer); ok {
		return written, buffered.Flush()
	}
	return written, nil
}

// Read implements io.Reader for whoever does not use WriteTo.
func (s *blobStream) Read(p []byte) (int, error) {
	if s.at >= s.end {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), s.end-s.at)]
	n, err := s.blob.ReadAt(p, s.at)
	s.at += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

// Close closes the blob.
func (s *blobStream) Close() error { return s.blob.Close() }
