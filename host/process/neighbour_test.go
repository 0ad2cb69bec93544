package process_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wellBehaved is a child that serves while another one misbehaves.
type wellBehaved struct {
	stop  chan struct{}
	done  chan struct{}
	times []time.Duration
	err   error
}

// neighbour starts a child that serves, and asks it every few milliseconds.
func neighbour(t *testing.T) *wellBehaved {
	t.Helper()
	spec, _ := entry("serve")
	l := listen(t, t.TempDir())
	spec.Listener = l
	start(t, spec)
	n := &wellBehaved{stop: make(chan struct{}), done: make(chan struct{})}
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true, // a connection for each, as new visitors have
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return l.Dial(ctx) },
	}}
	go func() {
		defer close(n.done)
		for {
			select {
			case <-n.stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
			began := time.Now()
			answer, err := client.Get("http://neighbour/")
			if err != nil {
				n.err = err
				return
			}
			_, n.err = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			n.times = append(n.times, time.Since(began))
		}
	}()
	return n
}

// end says how the neighbour fared: it answered every request.
func (n *wellBehaved) end(t *testing.T) {
	t.Helper()
	close(n.stop)
	<-n.done
	assert.NoError(t, n.err)
	require.NotEmpty(t, n.times)
	slices.Sort(n.times)
	t.Logf("meanwhile a neighbour answered %d requests, half of them within %s, 99%% within %s", len(n.times),
		n.times[len(n.times)/2].Round(10*time.Microsecond), n.times[len(n.times)*99/100].Round(10*time.Microsecond))
}
