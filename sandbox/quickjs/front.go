package quickjs

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	// prefetchBytes is the largest body that is there when the handler is called; larger ones are read as they come.
	prefetchBytes = 64 << 10
	// maxRequestBytes bounds a request's body.
	maxRequestBytes = 1 << 30
	// headBytes bounds a request's head.
	headBytes = 32 << 10
	// quiet is how long nothing may move before a stop takes what was asked for as answered.
	quiet = 100 * time.Millisecond
)

// front is the HTTP server before a program.
type front struct {
	instance *Instance
	server   *fasthttp.Server
	listener *listener

	mu     sync.Mutex
	active map[net.Conn]bool // open connections; true while a request is being answered
	moved  time.Time
	ending bool
}

// Serve answers requests until the instance ends: by Stop (nil), by itself (an *[Exit]), or by a trap. The listener stays
// open: the host owns it.
func (i *Instance) Serve(l net.Listener) error {
	f := &front{instance: i, listener: newListener(l, i.options.MaxConnections), active: map[net.Conn]bool{}}
	f.server = &fasthttp.Server{
		Handler: f.handle, ConnState: f.state, StreamRequestBody: true, MaxRequestBodySize: prefetchBytes,
		DisablePreParseMultipartForm: true, DisableHeaderNamesNormalizing: true, NoDefaultServerHeader: true,
		ReadBufferSize: headBytes, WriteBufferSize: 4 << 10, Concurrency: i.options.MaxConnections + 1, CloseOnShutdown: true,
		Logger: quietLogger{}, SecureErrorLogMessage: true, NoDefaultContentType: true,
	}
	i.front.Store(f)
	served := make(chan error, 1)
	go func() { served <- f.server.Serve(f.listener) }()
	select {
	case err := <-i.ended:
		return err
	case err := <-served:
		if err == nil { // Stop closed the listener, and goes on
			return <-i.ended
		}
		return err
	}
}

// quietLogger drops what the server says of clients that misbehave.
type quietLogger struct{}

func (quietLogger) Printf(string, ...any) {}

// handle answers one request.
func (f *front) handle(ctx *fasthttp.RequestCtx) {
	i := f.instance
	x := exchanges.Get().(*exchange)
	x.http, x.source, x.sink, x.done = ctx, nil, nil, false
	body, err := x.prefetch()
	if err != nil {
		ctx.Error("The request's body could not be read.", fasthttp.StatusBadRequest)
		ctx.SetConnectionClose()
		return
	}
	i.mu.Lock()
	i.dispatch(x, body)
	i.finish()
	i.mu.Unlock()
	<-x.ready
	if x.source != nil && x.sink == nil {
		if !i.release(x.source) {
			ctx.SetConnectionClose() // the rest of the body would be taken for the next request
		}
	}
	if x.sink != nil {
		f.stream(ctx, x)
	}
	if f.isEnding() {
		ctx.SetConnectionClose()
	}
	x.http, x.source, x.sink = nil, nil, nil
	exchanges.Put(x)
}

// stream sends a streamed answer. Its request may still be read meanwhile.
func (f *front) stream(ctx *fasthttp.RequestCtx, x *exchange) {
	body := io.ReadCloser(x.sink)
	if x.source != nil {
		i := f.instance
		i.mu.Lock()
		ended := x.source.ended
		i.mu.Unlock()
		if !ended {
			ctx.SetConnectionClose()
		}
		body = &duplex{sink: x.sink, source: x.source}
	}
	ctx.Response.ImmediateHeaderFlush = true
	ctx.Response.SetBodyStream(body, -1)
}

// duplex is an answer that is sent while its request is still read.
type duplex struct {
	*sink
	source *source
}

// Close ends both.
func (d *duplex) Close() error {
	err := d.sink.Close()
	d.instance.release(d.source)
	return err
}

// prefetch reads a small body, and makes a source of a large one.
func (x *exchange) prefetch() ([]byte, error) {
	stream := x.http.RequestBodyStream()
	length := x.http.Request.Header.ContentLength()
	if stream == nil || length == 0 {
		return nil, nil
	}
	if length > 0 && length <= prefetchBytes {
		b := make([]byte, length)
		_, err := io.ReadFull(stream, b)
		return b, err
	}
	if length > maxRequestBytes {
		return nil, errTooLarge
	}
	x.source = &source{reader: stream, limit: maxRequestBytes, client: x.http.Conn()}
	return nil, nil
}

// state counts connections for drain.
func (f *front) state(c net.Conn, s fasthttp.ConnState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.moved = time.Now()
	switch s {
	case fasthttp.StateClosed, fasthttp.StateHijacked:
		delete(f.active, c)
	default:
		f.active[c] = s == fasthttp.StateActive
	}
}

func (f *front) isEnding() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ending
}

// drain takes no more connections, and returns when what was asked for is answered, or limit is over.
func (f *front) drain(ctx context.Context, limit time.Duration) {
	f.mu.Lock()
	f.ending = true
	f.moved = time.Now()
	f.mu.Unlock()
	_ = f.listener.Close()
	over := time.NewTimer(limit)
	defer over.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !f.drained() {
		select {
		case <-look.C:
		case <-over.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// drained says whether nothing is being answered, and nothing is on its way on a connection that is open.
func (f *front) drained() bool {
	i := f.instance
	if i.mu.TryLock() {
		held := i.holds > 0
		i.mu.Unlock()
		if held {
			return false
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, active := range f.active {
		if active {
			return false
		}
	}
	return len(f.active) == 0 || time.Since(f.moved) > quiet
}

// errClosed is what a closed listener returns, in the words that the server looks for.
var errClosed = errors.New("use of closed network connection")
