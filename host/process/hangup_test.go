package process_test

import (
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/process"
)

// A host that was started by nohup ignores the signal; its programs do not.
func TestHangupReachesTheProgramOfAHostThatIgnoresIt(t *testing.T) {
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Ignore(syscall.SIGHUP)
		t.Cleanup(func() {
			signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) // a mere Reset leaves it ignored
			signal.Reset(syscall.SIGHUP)
		})
	}
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		spec, out := shell(`trap 'echo told' HUP; echo waiting; while :; do sleep 0.01; done`)
		p := start(t, spec)
		out.await(t, "waiting")
		require.NoError(t, p.Hangup())
		out.await(t, "told")
		p.Stop(10 * time.Second)
	})
}

func TestHangupReachesTheProgramAlone(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		spec, out := shell(`sleep 1000 & child=$!; trap 'kill -0 $child && echo told, its child lives' HUP; echo waiting; while :; do sleep 0.01 || echo hit; done`)
		p := start(t, spec)
		out.await(t, "waiting")
		require.NoError(t, p.Hangup())
		out.await(t, "told, its child lives")
		p.Stop(10 * time.Second)
		assert.NotContains(t, out.text(), "hit")
		assert.ErrorIs(t, p.Hangup(), os.ErrProcessDone)
	})
}
