package egress

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Door is where one instance reaches its plugin's gate.
type Door struct {
	gate     *Gate
	listener net.Listener
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup

	mu     sync.Mutex // guards what follows
	inside map[net.Conn]bool
	closed bool
}

// Open lets the instance in that has the other end of l, which the door closes at its end.
func (g *Gate) Open(l net.Listener) *Door {
	d := &Door{gate: g, listener: l, inside: map[net.Conn]bool{}}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	d.running.Go(d.accept)
	return d
}

// Close shuts the door, cuts what went through it, and waits for both. It may be called twice.
func (d *Door) Close() {
	d.cancel()
	_ = d.listener.Close()
	d.mu.Lock()
	d.closed = true
	for c := range d.inside {
		_ = c.Close()
	}
	d.mu.Unlock()
	d.running.Wait()
}

func (d *Door) accept() {
	for {
		conn, err := d.listener.Accept()
		if err != nil {
			if d.ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return
			}
			time.Sleep(10 * time.Millisecond) // the host is out of descriptors
			continue
		}
		x := &passage{gate: d.gate, near: conn}
		if e := d.gate.enter(x); e != nil {
			turnAway(conn, e)
			continue
		}
		if !d.hold(conn) {
			d.gate.leave(x)
			return
		}
		d.running.Go(func() {
			defer d.gate.leave(x)
			defer d.release(conn)
			d.serve(x)
		})
	}
}

// turnAway answers a connection that has no place. Its request is read to its end and not looked at: closed before, the socket
// would fail the client's write, and programs would not learn why.
func turnAway(conn net.Conn, e *Error) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(turnAwayTimeout))
	answerError(conn, e)
	_, _ = io.CopyN(io.Discard, conn, headMax)
}

// hold keeps a connection to be closed with the door.
func (d *Door) hold(c net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		_ = c.Close()
		return false
	}
	d.inside[c] = true
	return true
}

func (d *Door) release(c net.Conn) {
	_ = c.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.inside, c)
}

// serve answers the one request of a connection.
func (d *Door) serve(x *passage) {
	_ = x.near.SetDeadline(time.Now().Add(headTimeout))
	limited := &io.LimitedReader{R: x.near, N: headMax}
	in := bufio.NewReaderSize(limited, 4<<10)
	request, err := http.ReadRequest(in)
	if err != nil {
		if limited.N <= 0 {
			err = errors.New("it is too long")
		}
		answerError(x.near, malformed("the request is not HTTP/1.1: %v", err))
		return
	}
	ctx, cancel := context.WithTimeout(d.ctx, dialTimeout)
	defer cancel()
	switch {
	case request.Method == http.MethodConnect:
		d.connect(ctx, x, request, in)
	case request.Method == http.MethodGet && request.URL.Path == "/resolve":
		d.answerResolve(ctx, x, request)
	default:
		answerError(x.near, malformed("only CONNECT host:port and GET /resolve are answered here"))
	}
}

func (d *Door) connect(ctx context.Context, x *passage, request *http.Request, in *bufio.Reader) {
	t, err := parseTarget(request.RequestURI)
	if err != nil {
		answerError(x.near, asError(err))
		return
	}
	_ = x.near.SetDeadline(time.Now().Add(dialTimeout + headTimeout))
	far, at, failed := x.dial(ctx, t, request.Header.Get("X-AppZone-Local") == "1")
	if failed != nil {
		answerError(x.near, failed)
		return
	}
	if !d.hold(far) {
		return
	}
	defer d.release(far)
	head := "HTTP/1.1 200 OK\r\n"
	if at.IsValid() {
		head += "X-AppZone-Address: " + at.String() + "\r\n"
	}
	if _, err := io.WriteString(x.near, head+"\r\n"); err != nil {
		return
	}
	_ = x.near.SetDeadline(time.Time{})
	early, _ := in.Peek(in.Buffered())
	if _, err := far.Write(early); err != nil {
		return
	}
	out, back := relay(x.near, far)
	d.gate.uses.count(t.String(), func(u *Use) {
		u.BytesOut += uint64(out) + uint64(len(early))
		u.BytesIn += uint64(back)
	})
}

// answerResolve looks a name up for programs that do so themselves.
func (d *Door) answerResolve(ctx context.Context, x *passage, request *http.Request) {
	query := request.URL.Query()
	network, ok := map[string]string{"": "ip", "ALL": "ip", "A": "ip4", "AAAA": "ip6"}[query.Get("type")]
	var t target
	err := t.setHost(query.Get("name"))
	if err != nil || !ok || t.name == "" {
		answerError(x.near, malformed("/resolve takes the name of a host, and the type A, AAAA or ALL"))
		return
	}
	if !ownMachine(t.name) && !d.gate.Policy().mayResolve(t.name, 0) {
		answerError(x.near, d.gate.deny(t, &Error{Denied, t.name + " is not granted, and is not looked up: name it in permissions.network.outbound, and have it granted"}))
		return
	}
	addrs, err := d.gate.resolve(ctx, t.name, network)
	if err != nil {
		answerError(x.near, asError(err))
		return
	}
	answerJSON(x.near, http.StatusOK, struct {
		Addresses []netip.Addr `json:"addresses"`
	}{addrs})
}

func answerError(w io.Writer, e *Error) { answerJSON(w, e.Code.status(), e) }

// answerJSON writes a whole response at once: clients look for its end before they take anything out.
func answerJSON(w io.Writer, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		return
	}
	_, _ = fmt.Fprintf(w, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		status, http.StatusText(status), len(body), body)
}
