package lean

import (
	"errors"
	"io"
	"strconv"
)

// Response is the answer to one request. It belongs to the handler until it returns.
type Response struct {
	dst    io.Writer
	status int
	header []byte // lines that the handler set
	out    []byte // body that was not sent
	framed []byte // scratch for what is sent at once

	sent    bool // the head is on its way
	chunked bool
	bare    bool // HEAD: a head alone
	old     bool // HTTP/1.0, which knows no chunks
	close   bool // the connection ends after this response
	err     error
}

// reset makes w the response to r.
func (w *Response) reset(r *Request) {
	w.status = 200
	w.header, w.out = w.header[:0], w.out[:0]
	w.sent, w.chunked, w.err = false, false, nil
	w.bare, w.old, w.close = r.Method == "HEAD", r.old, !r.keepAlive()
}

// SetStatus sets the status, 200 to 999; it is 200 otherwise. It has no effect once a part of the
// response was sent.
func (w *Response) SetStatus(status int) {
	if status >= 200 && status <= 999 {
		w.status = status
	}
}

// SetHeader adds a header line. Control characters in value become spaces; a name that is none is
// left out, and so are Content-Length, Transfer-Encoding and Connection, which belong to the server;
// "Connection: close" closes. It has no effect once a part of the response was sent.
func (w *Response) SetHeader(name, value string) {
	switch {
	case !isToken(name), equalFold(name, "Content-Length"), equalFold(name, "Transfer-Encoding"):
		return
	case equalFold(name, "Connection"):
		w.close = w.close || equalFold(value, "close")
		return
	}
	w.header = append(append(w.header, name...), ": "...)
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c < ' ' && c != '\t' || c == 0x7f {
			c = ' '
		}
		w.header = append(w.header, c)
	}
	w.header = append(w.header, "\r\n"...)
}

// Write adds to the body. Up to 16 KB are collected and sent with their length when the handler
// returns; beyond that the response is sent in chunks as it grows.
func (w *Response) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	total := len(p)
	for len(p) > 0 {
		n := min(len(p), outputSize-len(w.out))
		w.out = append(w.out, p[:n]...)
		if p = p[n:]; len(p) == 0 {
			break
		}
		if err := w.Flush(); err != nil {
			return total - len(p), err
		}
	}
	return total, nil
}

// WriteString is Write of a string.
func (w *Response) WriteString(s string) (int, error) { return w.Write([]byte(s)) }

// Flush sends what was written so far. The first Flush makes the response one of unknown length.
func (w *Response) Flush() error {
	if w.err != nil {
		return w.err
	}
	w.framed = w.framed[:0]
	if !w.sent {
		w.chunked = !w.old && w.hasBody()
		w.close = w.close || w.old
		w.appendHead(lengthChunked)
	}
	w.appendBody()
	return w.send()
}

// end sends what is left. It tells whether the connection may go on.
func (w *Response) end() bool {
	if w.err != nil {
		return false
	}
	w.framed = w.framed[:0]
	if w.sent {
		w.appendBody()
		if w.chunked && !w.bare {
			w.framed = append(w.framed, "0\r\n\r\n"...)
		}
	} else {
		w.appendHead(len(w.out))
		w.appendBody()
	}
	return w.send() == nil && !w.close
}

// hasBody tells whether the status allows a body.
func (w *Response) hasBody() bool { return w.status != 204 && w.status != 304 }

func (w *Response) appendHead(length int) {
	w.sent = true
	if w.status == 200 {
		w.framed = append(w.framed, "HTTP/1.1 200 OK\r\n"...)
	} else {
		w.framed = strconv.AppendInt(append(w.framed, "HTTP/1.1 "...), int64(w.status), 10)
		w.framed = append(append(append(w.framed, ' '), reason(w.status)...), "\r\n"...)
	}
	w.framed = append(w.framed, w.header...)
	switch {
	case w.chunked:
		w.framed = append(w.framed, "Transfer-Encoding: chunked\r\n"...)
	case length >= 0 && w.hasBody():
		w.framed = append(w.framed, "Content-Length: "...)
		w.framed = strconv.AppendInt(w.framed, int64(length), 10)
		w.framed = append(w.framed, "\r\n"...)
	}
	switch {
	case w.close:
		w.framed = append(w.framed, "Connection: close\r\n"...)
	case w.old:
		w.framed = append(w.framed, "Connection: keep-alive\r\n"...)
	}
	w.framed = append(w.framed, "\r\n"...)
}

func (w *Response) appendBody() {
	body := w.out
	w.out = w.out[:0]
	if len(body) == 0 || w.bare || !w.hasBody() {
		return
	}
	if w.chunked {
		w.framed = strconv.AppendInt(w.framed, int64(len(body)), 16)
		w.framed = append(w.framed, "\r\n"...)
	}
	w.framed = append(w.framed, body...)
	if w.chunked {
		w.framed = append(w.framed, "\r\n"...)
	}
}

func (w *Response) send() error {
	if len(w.framed) == 0 {
		return nil
	}
	_, w.err = w.dst.Write(w.framed)
	return w.err
}

// errAborted ends a response whose handler failed half-way.
var errAborted = errors.New("the handler failed")

// fail answers an error, where nothing was sent yet, and closes.
func (w *Response) fail(status int, text string) {
	if w.sent {
		w.err = errAborted
		return
	}
	w.header, w.out = w.header[:0], w.out[:0]
	w.status, w.close = status, true
	w.SetHeader("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.WriteString(text + "\n")
	w.end()
}
