package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"appzone/host"
	"appzone/host/egress"
	"appzone/host/process"
)

// entryPlugin is the program of the tests' script plugins: this binary again.
const entryPlugin = "api-test-plugin"

func TestMain(m *testing.M) {
	process.Main(map[string]process.Entry{entryPlugin: runPlugin})
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("appzone/host/process.forkThread"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

// pluginRuntime runs script plugins as runPlugin. What the program does is the name of its entry file.
type pluginRuntime struct{}

func (pluginRuntime) Name() string { return "node" }

func (pluginRuntime) Info(context.Context) host.RuntimeInfo {
	return host.RuntimeInfo{Name: "node", Version: "test"}
}

func (pluginRuntime) Inspect(context.Context, host.Staged) (host.Inspection, error) {
	return host.Inspection{Findings: []host.Finding{}, Dependencies: []string{"express"}}, nil
}

func (pluginRuntime) Prepare(ctx context.Context, s host.Staged, p host.Progress) error {
	p.Output("preparing")
	p.Percent(50)
	if s.Manifest.Parameters.ScriptPath == "slow.js" {
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func (pluginRuntime) Command(_ context.Context, s host.Staged, _ host.Launch) (process.Spec, error) {
	return process.Spec{Entry: entryPlugin, Args: []string{s.Manifest.Parameters.ScriptPath}}, nil
}

// runPlugin is the child.
func runPlugin(args []string) int {
	fmt.Println("hello from", args[0])
	if args[0] == "crash.js" {
		fmt.Fprintln(os.Stderr, "this program always fails")
		return 3
	}
	ln, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		return 4
	}
	if fd, err := strconv.Atoi(os.Getenv("APPZONE_CONTROL_FD")); err == nil {
		fmt.Fprintln(os.NewFile(uintptr(fd), "control"), `{"event":"listen"}`)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	server := &http.Server{Handler: http.HandlerFunc(servePlugin)}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	_ = server.Serve(ln)
	return 0
}

// servePlugin tells what it was asked.
func servePlugin(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/log" {
		fmt.Println("line", r.URL.RawQuery)
	}
	if r.URL.Path == "/events" {
		w.Header().Set("Content-Type", "text/event-stream")
		for n := 0; ; n++ {
			if _, err := fmt.Fprintf(w, "data: %d\n\n", n); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	if r.URL.Path == "/wait" {
		<-r.Context().Done()
		return
	}
	if r.URL.Path == "/socket" {
		echoSocket(w, r)
		return
	}
	if url := r.URL.Query().Get("fetch"); url != "" {
		fetch(w, r, url)
		return
	}
	body, _ := io.ReadAll(r.Body)
	if cookie := r.URL.Query().Get("cookie"); cookie != "" {
		w.Header().Set("Set-Cookie", cookie)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Security-Policy", "default-src *")
	_ = json.NewEncoder(w).Encode(map[string]any{"method": r.Method, "uri": r.RequestURI, "header": r.Header, "body": string(body)})
}

// echoSocket sends back what comes over a WebSocket.
func echoSocket(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer c.CloseNow()
	for {
		kind, message, err := c.Read(r.Context())
		if err != nil || c.Write(r.Context(), kind, message) != nil {
			return
		}
	}
}

// fetch asks for url over the way out, and passes the answer on.
func fetch(w http.ResponseWriter, r *http.Request, url string) {
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
		return egress.Dial(ctx, os.Getenv("APPZONE_EGRESS"), address)
	}}
	req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, url, nil)
	if err == nil {
		req.Header.Set("X-AppZone-User", "admin")
		req.Header.Set("X-AppZone-Role", "admin")
		var res *http.Response
		if res, err = transport.RoundTrip(req); err == nil {
			defer res.Body.Close()
			w.WriteHeader(res.StatusCode)
			_, _ = io.Copy(w, res.Body)
			return
		}
	}
	http.Error(w, err.Error(), http.StatusBadGateway)
}
