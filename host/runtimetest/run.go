package runtimetest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Run runs every case against the subject. The caller's TestMain must call process.Main with the runtime's entries first.
func Run(t *testing.T, s Subject) {
	cases := []struct {
		name string
		run  func(*rig)
	}{
		{"a start ends when the plugin is ready", startsReady},
		{"a late listener is waited for", startsLate},
		{"a program that never listens is running and not listening", neverListens},
		{"a program that listens and never answers failed to start", muteFails},
		{"a second start joins the first", doubleStart},
		{"a second stop joins the first", doubleStop},
		{"a stop during a start stops it", stopDuringStart},
		{"a program that ignores its end is killed", stubbornIsKilled},
		{"requests in flight end during a stop", requestsEndDuringStop},
		{"a crash before ready fails the start and says why", crashOnStart},
		{"an end before ready fails the start", quitOnStart},
		{"a crash brings it back", crashLater},
		{"a loop of crashes ends in failed", crashLoop},
		{"an end with code 0 is final", exitZero},
		{"the policy always brings it back after code 0", exitZeroAlways},
		{"the policy never does not", exitNever},
		{"a killed process comes back", killed},
		{"a restart is a new process and loses no request", restartLosesNothing},
		{"the log keeps its order", logOrder},
		{"a flood is bounded and does not stop the plugin", floodBounded},
		{"a detached grandchild goes with it", grandchildGoes},
		{"nothing is left behind", nothingLeft},
		{"many starts and stops at once end in one state", manyAtOnce},
		{"a changed file is a refused start", changedFile},
		{"a changed prepared file is a refused start", changedPrepared},
		{"a change of the settings is a restart", settingsRestart},
		{"a change of the settings is a signal where the manifest says so", settingsSignal},
		{"the end of the host ends it", hostEnds},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, s)
			c.run(r)
			r.host.Close()
			require.Empty(t, r.leftovers(), "something of an instance was left behind")
		})
	}
}
