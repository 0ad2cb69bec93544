package host

import (
	"time"

	"appzone/host/process"
)

// Status is a plugin's present state, as one immutable snapshot.
type Status struct {
	State   State   `json:"state"`
	Desired Desired `json:"desired"`
	// Listening is false for a script that is alive and never called listen.
	Listening bool `json:"listening"`
	// Since is when State began.
	Since time.Time `json:"since"`
	// WaitingUntil is when a plugin that waits (for the boot delay, or in back-off) will be started.
	WaitingUntil *time.Time `json:"waitingUntil"`
	// TrialUntil is when a version on trial is judged; nil while it is stopped, and without a trial.
	TrialUntil *time.Time `json:"trialUntil"`
	// Restarts counts automatic restarts since somebody started it last.
	Restarts int `json:"restarts"`
	// LastExit is how the last instance ended, or why the last start failed.
	LastExit *LastExit `json:"lastExit"`
	// Walls around the present instance, or those that the next one would get.
	Walls []process.Wall `json:"walls"`
	// PID of the instance, 0 without one.
	PID int `json:"pid,omitempty"`
}

// LastExit is how an instance ended.
type LastExit struct {
	process.Exit
	// Hint says what would fix it, where that is known.
	Hint string `json:"hint,omitempty"`
	// Output holds the last lines (at most 50) before a failure.
	Output []string `json:"output,omitempty"`
}
