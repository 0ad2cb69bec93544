// This guest of the tests uses drivers and clients as they are, each over the kit's Dial: what is asked for in the path is
// done, and what came of it is answered.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/coder/websocket"
	mssql "github.com/microsoft/go-mssqldb"
	"golang.org/x/crypto/ssh"

	guest "appzone/sandbox/guest/go"
	"appzone/sandbox/guest/go/lean"
	"appzone/sandbox/guest/go/nethttp"
)

var actions = map[string]func(ctx context.Context, r *lean.Request) (string, error){
	"/http":      get,
	"/mssql":     query,
	"/ssh":       run,
	"/websocket": echo,
	"/deadline":  deadline,
}

func main() {
	l, err := guest.Listen()
	if err != nil {
		log.Fatal(err)
	}
	log.Print(lean.Serve(l, func(w *lean.Response, r *lean.Request) {
		act := actions[r.Path]
		if act == nil {
			w.SetStatus(404)
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		text, err := act(ctx, r)
		if err != nil {
			w.SetStatus(502)
			text = err.Error()
		}
		_, _ = w.WriteString(text)
	}))
}

func get(ctx context.Context, r *lean.Request) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.Query("url"), nil)
	if err != nil {
		return "", err
	}
	client := nethttp.Client()
	defer client.CloseIdleConnections()
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.Proto + " " + string(b), err
}

// dialer is what go-mssqldb takes. It leaves the name to the host.
type dialer struct{ host string }

func (d dialer) HostName() string { return d.host }

func (dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return guest.DialContext(ctx, network, address)
}

func query(ctx context.Context, r *lean.Request) (string, error) {
	connector, err := mssql.NewConnector(r.Query("dsn"))
	if err != nil {
		return "", err
	}
	connector.Dialer = dialer{r.Query("host")}
	db := sql.OpenDB(connector)
	defer db.Close()
	var n int
	err = db.QueryRowContext(ctx, r.Query("query")).Scan(&n)
	return fmt.Sprint(n), err
}

func run(ctx context.Context, r *lean.Request) (string, error) {
	signer, err := ssh.ParsePrivateKey([]byte(r.Query("key")))
	if err != nil {
		return "", err
	}
	host, _, _, _, err := ssh.ParseAuthorizedKey([]byte(r.Query("hostkey")))
	if err != nil {
		return "", err
	}
	address := r.Query("address")
	c, err := guest.DialContext(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	defer c.Close()
	conn, channels, requests, err := ssh.NewClientConn(c, address, &ssh.ClientConfig{
		User: r.Query("user"), Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)}, HostKeyCallback: ssh.FixedHostKey(host)})
	if err != nil {
		return "", err
	}
	client := ssh.NewClient(conn, channels, requests)
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return "", err
	}
	defer session.Close()
	out, err := session.CombinedOutput(r.Query("command"))
	return string(out), err
}

func echo(ctx context.Context, r *lean.Request) (string, error) {
	client := &http.Client{Transport: nethttp.Transport()}
	defer client.CloseIdleConnections()
	c, _, err := websocket.Dial(ctx, r.Query("url"), &websocket.DialOptions{HTTPClient: client})
	if err != nil {
		return "", err
	}
	defer c.CloseNow()
	if err := c.Write(ctx, websocket.MessageText, []byte(r.Query("text"))); err != nil {
		return "", err
	}
	_, b, err := c.Read(ctx)
	if err != nil {
		return "", err
	}
	return string(b), c.Close(websocket.StatusNormalClosure, "")
}

// deadline dials with little time, and reads from a peer that says nothing.
func deadline(_ context.Context, r *lean.Request) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	c, err := guest.DialContext(ctx, "tcp", r.Query("address"))
	if err != nil {
		return "", err
	}
	defer c.Close()
	_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	_, err = c.Read(make([]byte, 1))
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return "", fmt.Errorf("no time-out: %w", err)
	}
	canceled, stop := context.WithCancel(context.Background())
	stop()
	_, err = guest.DialContext(canceled, "tcp", r.Query("address"))
	return fmt.Sprintf("%s; %v", c.RemoteAddr(), err), nil
}
