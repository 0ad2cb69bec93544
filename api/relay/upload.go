package relay

import (
	"errors"
	"io"
	"strconv"
	"sync"
	"time"
)

const (
	// uploadBuffer is the memory of one upload.
	uploadBuffer = 32 << 10
	// chunkRoom is left before the data for a chunk's size line, and 2 bytes after it.
	chunkRoom = 10
)

var (
	uploadBuffers = sync.Pool{New: func() any { b := make([]byte, uploadBuffer); return &b }}
	errUpstream   = errors.New("the plugin does not take the request's body")
)

// startUpload passes the request's body on, on a goroutine of its own, so that an answer
// that comes early can be passed back meanwhile. end waits for it.
func (x *exchange) startUpload(up *upstreamConn) {
	x.uploaded = make(chan struct{})
	go func() {
		defer close(x.uploaded)
		err := x.upload(up)
		x.uploadErr = err
		x.mu.Lock()
		defer x.mu.Unlock()
		switch {
		case err != nil && !errors.Is(err, errUpstream):
			// The client's part is cut, and so must be the plugin's: never a clean end.
			up.close()
		case !x.headSeen:
			// Only now the plugin has all that it needs for an answer.
			_ = up.SetReadDeadline(time.Now().Add(x.relay.o.HeaderTimeout))
		}
	}()
}

func (x *exchange) upload(up *upstreamConn) (err error) {
	memory := uploadBuffers.Get().(*[]byte)
	defer uploadBuffers.Put(memory)
	buf, inChunks := *memory, x.body.Length() < 0
	var extended time.Time
	for {
		n, err := x.body.Read(buf[chunkRoom : len(buf)-2])
		ended := err == io.EOF //nolint:errorlint // Read gives it bare, and what wraps it is no end
		if err != nil && !ended {
			return err
		}
		out := buf[chunkRoom : chunkRoom+n]
		if inChunks {
			out = frameChunk(buf, n, ended)
		}
		if now := time.Now(); now.Sub(extended) > x.relay.o.IdleTimeout/8 {
			extended = now
			_ = up.SetWriteDeadline(now.Add(x.relay.o.IdleTimeout))
		}
		if len(out) > 0 {
			if _, err := up.Write(out); err != nil {
				return errUpstream
			}
		}
		if ended {
			return nil
		}
	}
}

// frameChunk makes a chunk of the n bytes after chunkRoom, and adds the last chunk if ended.
func frameChunk(buf []byte, n int, ended bool) []byte {
	start, end := chunkRoom, chunkRoom+n
	if n > 0 {
		var digits [8]byte
		size := append(strconv.AppendInt(digits[:0], int64(n), 16), "\r\n"...)
		start = chunkRoom - len(size)
		copy(buf[start:], size)
		end += copy(buf[end:], "\r\n")
	}
	out := buf[start:end]
	if ended {
		out = append(out[:len(out):len(out)], "0\r\n\r\n"...)
	}
	return out
}
