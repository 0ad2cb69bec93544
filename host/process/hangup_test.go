package process_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/process"
)

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
