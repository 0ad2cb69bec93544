package host

// State is what a script plugin is doing now. Html plugins are running while installed.
type State string

// The states.
const (
	Stopped  State = "stopped"
	Starting State = "starting"
	Running  State = "running"
	Stopping State = "stopping"
	// Backoff waits to start again after a crash.
	BackingOff State = "backoff"
	// Failed does not start again by itself.
	Failed State = "failed"
)

// Desired is what somebody asked for. It is persisted; State is not.
type Desired string

// The desired states.
const (
	DesiredRunning Desired = "running"
	DesiredStopped Desired = "stopped"
)

func desiredIf(running bool) Desired {
	if running {
		return DesiredRunning
	}
	return DesiredStopped
}

// cause is why a state changes.
type cause string

const (
	causeStart   cause = "start"   // somebody, or a policy, starts it
	causeReady   cause = "ready"   // the instance is ready, or alive without listening
	causeStop    cause = "stop"    // somebody stops it
	causeEnded   cause = "ended"   // the instance ended as asked, or by itself for good
	causeCrashed cause = "crashed" // the instance ended by itself and is to come back
	causeGaveUp  cause = "gave_up" // the budget of crashes is used up, or the start failed
)

// transitions is the whole life of a script plugin. What is not in it is a bug, and refused.
var transitions = map[State]map[cause]State{
	Stopped:    {causeStart: Starting, causeStop: Stopped},
	Starting:   {causeReady: Running, causeStop: Stopping, causeCrashed: BackingOff, causeGaveUp: Failed},
	Running:    {causeStop: Stopping, causeEnded: Stopped, causeCrashed: BackingOff, causeGaveUp: Failed},
	Stopping:   {causeEnded: Stopped},
	BackingOff: {causeStart: Starting, causeStop: Stopped, causeGaveUp: Failed},
	Failed:     {causeStart: Starting, causeStop: Stopped},
}

// next is the state after c in s, and whether that pair is known.
func (s State) next(c cause) (State, bool) {
	n, ok := transitions[s][c]
	return n, ok
}
