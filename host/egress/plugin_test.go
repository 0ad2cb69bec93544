package egress_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/egress"
)

func TestOtherPluginsAreReachedWhereBothAgree(t *testing.T) {
	agrees := false
	r := open(t, egress.Options{Policy: egress.Policy{Plugins: []string{"inbox"}}, DialPlugin: func(_ context.Context, id string) (net.Conn, error) {
		if !agrees {
			return nil, &egress.Error{Code: egress.Denied, Message: "plugin " + id + " does not name the caller"}
		}
		near, far := net.Pipe()
		go func() {
			_, _ = http.ReadRequest(bufio.NewReader(far))
			_, _ = io.WriteString(far, "HTTP/1.1 204 No Content\r\n\r\n")
			_ = far.Close()
		}()
		return near, nil
	}})
	_, err := r.dial("inbox.appzone.internal:80")
	require.ErrorIs(t, err, syscall.EACCES)
	agrees = true
	_, err = r.dial("inbox.appzone.internal:443")
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	c, err := r.dial("inbox.appzone.internal:80")
	require.NoError(t, err)
	_, err = io.WriteString(c, "GET / HTTP/1.1\r\nHost: inbox\r\n\r\n")
	require.NoError(t, err)
	answer, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.Equal(t, "HTTP/1.1 204 No Content\r\n\r\n", string(answer))
	u := r.use("inbox.appzone.internal:80")
	assert.Equal(t, "inbox", u.Plugin)
	assert.EqualValues(t, 1, u.Connections)
	assert.EqualValues(t, 1, u.Denied)
}

// A plugin that takes its agreement back while another one is being connected to it is not reached any more.
func TestAnAgreementThatEndsMeanwhileConnectsNobody(t *testing.T) {
	var r *rig
	r = open(t, egress.Options{Policy: egress.Policy{Plugins: []string{"inbox"}}, DialPlugin: func(_ context.Context, id string) (net.Conn, error) {
		near, far := net.Pipe()
		t.Cleanup(func() { _ = far.Close() })
		r.gate.CutPlugin(id)
		return near, nil
	}})
	_, err := r.dial("inbox.appzone.internal:80")
	require.Error(t, err)
}
