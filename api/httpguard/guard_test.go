package httpguard_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"appzone/api/httpguard"
	"appzone/host/fault"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// fasthttp keeps one clock for the process.
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

// server counts what it handles.
type server struct {
	addr     string
	handled  atomic.Int64
	smuggled atomic.Int64
}

func serve(t testing.TB) *server {
	t.Helper()
	s := &server{}
	config := httpguard.Config()
	config.ErrorHandler = func(c *fiber.Ctx, err error) error {
		var fe *fiber.Error
		if errors.As(err, &fe) {
			return c.Status(fe.Code).SendString(fe.Message)
		}
		status := map[fault.Kind]int{fault.Malformed: 400, fault.TooLarge: 413, fault.Unauthorized: 401, fault.Internal: 500}
		return c.Status(status[fault.From(err).Kind]).SendString(fault.CodeOf(err))
	}
	app := fiber.New(config)
	httpguard.Harden(app)
	app.Use(recover.New(), httpguard.Guard, func(c *fiber.Ctx) error { s.handled.Add(1); return c.Next() })
	app.Get("/smuggled", func(*fiber.Ctx) error { s.smuggled.Add(1); return nil })
	app.All("/unread", func(*fiber.Ctx) error { return fault.New(fault.Unauthorized, "login_required", "x") })
	app.All("/half", func(c *fiber.Ctx) error {
		_, _ = io.ReadFull(httpguard.LimitedBody(c, 1<<30), make([]byte, 10))
		return c.SendString("half")
	})
	app.All("/panic", func(*fiber.Ctx) error { panic("in a handler") })
	app.All("/read", func(c *fiber.Ctx) error {
		n, err := io.Copy(io.Discard, httpguard.LimitedBody(c, 1<<20))
		if err != nil {
			return err
		}
		return c.SendString(fmt.Sprint(n))
	})
	app.All("/raw", func(c *fiber.Ctx) error {
		_, _ = io.Copy(io.Discard, c.Context().RequestBodyStream())
		return c.SendString("raw")
	})
	app.All("/body", func(c *fiber.Ctx) error { return c.SendString(fmt.Sprint(len(c.Body()))) })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.addr = ln.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- app.Listener(ln) }()
	t.Cleanup(func() { _ = app.ShutdownWithTimeout(5 * time.Second); <-ended })
	return s
}

func (s *server) dial(t testing.TB) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(30*time.Second)))
	return c
}

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"

// D3: what a handler leaves of a body is never the next request.
func TestUnreadBodiesAreNeverRequests(t *testing.T) {
	many := strings.Repeat(smuggled, 3000) // past every buffer
	few := strings.Repeat(smuggled, 400)   // past what was read ahead, short enough to drain
	for _, path := range []string{"/unread", "/half", "/panic", "/nowhere", "/read", "/raw", "/body"} {
		for name, body := range map[string]string{
			"few":                   fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(few), few),
			"many":                  fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(many), many),
			"more than promised":    "Content-Length: 100000000\r\n\r\n" + many,
			"one chunk":             fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(many), many),
			"a chunk without end":   "Transfer-Encoding: chunked\r\n\r\nffffff\r\n" + many,
			"many chunks":           "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat(fmt.Sprintf("%x\r\n%s\r\n", len(smuggled), smuggled), 3000) + "0\r\n\r\n",
			"a malformed chunk":     "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + many,
			"malformed, then valid": "Transfer-Encoding: chunked\r\n\r\n20\r\n" + strings.Repeat("x", 32) + "xx0\r\n\r\n" + many,
			"a cut chunk":           "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloo\r\n0\r\n\r\n" + many,
			"expecting to continue": fmt.Sprintf("Expect: 100-continue\r\nContent-Length: %d\r\n\r\n%s", len(many), many),
		} {
			t.Run(path+" "+name, func(t *testing.T) {
				s := serve(t)
				c := s.dial(t)
				go func() {
					_, _ = io.WriteString(c, "POST "+path+" HTTP/1.1\r\nHost: h\r\n"+body)
					if name == "more than promised" || name == "a chunk without end" {
						time.Sleep(100 * time.Millisecond)
					}
					_ = c.(*net.TCPConn).CloseWrite()
				}()
				all, err := io.ReadAll(c)
				require.NoError(t, err, "the answer is not lost to a reset")
				assert.Zero(t, s.smuggled.Load())
				assert.LessOrEqual(t, s.handled.Load(), int64(1))
				final := strings.TrimPrefix(string(all), "HTTP/1.1 100 Continue\r\n\r\n")
				assert.Equal(t, 1, strings.Count(final, "HTTP/1.1 "), "%.300q", final)
			})
		}
	}
}

// The guard must not cost the connection where nothing is left.
func TestConnectionsGoOnAfterABodyThatWasReadOrIsShort(t *testing.T) {
	s := serve(t)
	c := s.dial(t)
	r := bufio.NewReader(c)
	for _, request := range []string{
		"GET /unread HTTP/1.1\r\nHost: h\r\n\r\n",
		"POST /unread HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
		"POST /unread HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
		"POST /unread HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n" + strings.Repeat("x", 20000),
		"POST /half HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n" + strings.Repeat("x", 20000),
		"POST /read HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n" + strings.Repeat("x", 200000),
		"POST /read HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
		"POST /read HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-T: 1\r\n\r\n",
		"POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n" + strings.Repeat("x", 20000),
		"POST /panic HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
	} {
		_, err := io.WriteString(c, request)
		require.NoError(t, err)
		resp, err := http.ReadResponse(r, nil)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		assert.False(t, resp.Close, "%.60q", request)
	}
}

// A11: a limit holds for what is declared and for what comes.
func TestLimitedBody(t *testing.T) {
	s := serve(t)
	for name, c := range map[string]struct {
		request string
		status  int
		body    string
	}{
		"at the limit":         {fmt.Sprintf("Content-Length: %d\r\n\r\n%s", 1<<20, strings.Repeat("x", 1<<20)), 200, "1048576"},
		"declared above it":    {fmt.Sprintf("Content-Length: %d\r\n\r\n", 1<<20+1) + strings.Repeat("x", 20000), 413, "body_too_large"},
		"chunked above it":     {"Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1000\r\n"+strings.Repeat("x", 4096)+"\r\n", 300), 413, "body_too_large"},
		"cut by the client":    {"Content-Length: 50000\r\n\r\n" + strings.Repeat("x", 20000), 400, "body_cut"},
		"cut within a chunk":   {"Transfer-Encoding: chunked\r\n\r\n100\r\nhello", 400, "body_cut"},
		"cut before the end":   {"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 400, "body_cut"},
		"a malformed chunk":    {"Transfer-Encoding: chunked\r\n\r\nhello", 400, "body_cut"},
		"no body":              {"\r\n", 200, "0"},
		"an empty one":         {"Content-Length: 0\r\n\r\n", 200, "0"},
		"an empty chunked one": {"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, "0"},
	} {
		t.Run(name, func(t *testing.T) {
			conn := s.dial(t)
			go func() {
				_, _ = io.WriteString(conn, "POST /read HTTP/1.1\r\nHost: h\r\n"+c.request)
				_ = conn.(*net.TCPConn).CloseWrite()
			}()
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			b, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			assert.Equal(t, c.status, resp.StatusCode)
			assert.Equal(t, c.body, string(b))
		})
	}
}

// A client that uploads much and is refused at once still reads why.
func TestARefusalReachesAClientThatStillSends(t *testing.T) {
	s := serve(t)
	req, err := http.NewRequest("POST", "http://"+s.addr+"/unread", io.LimitReader(endless{}, 30<<20))
	require.NoError(t, err)
	req.ContentLength = 30 << 20
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	assert.Equal(t, 401, resp.StatusCode)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// Nothing of a malformed request comes back in the error.
func TestErrorsDoNotRepeatTheRequest(t *testing.T) {
	s := serve(t)
	for _, request := range []string{
		"GET /secret-token\r\n\r\n", "GET / HTTP/1.1\r\nsecret-token\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nX: secret-token\x00\r\n\r\n",
		"secret-token / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/9.secret-token\r\nHost: h\r\n\r\n", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: secret-token\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("secret-token", 2000) + "\r\n\r\n",
	} {
		c := s.dial(t)
		go func() {
			_, _ = io.WriteString(c, request)
			_ = c.(*net.TCPConn).CloseWrite()
		}()
		all, _ := io.ReadAll(c)
		assert.True(t, bytes.HasPrefix(all, []byte("HTTP/1.1 4")), "%q", all)
		assert.NotContains(t, string(all), "secret-token")
	}
}
