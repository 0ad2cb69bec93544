package host

import (
	"context"
	"time"
)

// What the tests of the package's inside need.
var (
	NewCrashes = func(b Backoff) *crashes { return &crashes{policy: b} }
	MergeEnv   = mergeEnv
	Served     = served

	MakePrivate = makePrivate

	BackupTables = backupTables
)

// States and causes, for the transition table.
const (
	CauseStart   = causeStart
	CauseReady   = causeReady
	CauseStop    = causeStop
	CauseEnded   = causeEnded
	CauseCrashed = causeCrashed
	CauseGaveUp  = causeGaveUp
)

type Cause = cause

// InstanceFolders matches the folders of instances, which are named by their marks, below PrivateDir.
const InstanceFolders = "*-*"

// PrivateDir holds the settings files of the instances, and the keys of identities.
func (h *Host) PrivateDir() string { return h.dirs.private }

func (s State) Next(c Cause) (State, bool)                        { return s.next(c) }
func (c *crashes) Add(now, since time.Time) (time.Duration, bool) { return c.add(now, since) }
func (c *crashes) Reset()                                         { c.reset() }
func (g *Grants) Beyond(other *Grants) (out []string) {
	for _, n := range g.beyond(other) {
		out = append(out, n.Code+" "+n.Value)
	}
	return out
}

// FirstNumber is the number that a plugin's user id is made of, unless another plugin of the same data folder has it.
var FirstNumber = firstNumber

// RecordUses and DropExpired are what the goroutine behind sessions and tokens does now and then.
func (h *Host) RecordUses(newer time.Duration) { h.recordUses(context.Background(), newer) }
func (h *Host) DropExpired(now time.Time)      { h.accounts.dropExpired(context.Background(), now) }

// SealPass makes the text that Redeem gives, of any pass.
func (h *Host) SealPass(p Pass) (string, error) { return h.seal(p) }

// VersionRecord is the record of one uploaded zip.
func (h *Host) VersionRecord(id string, d Digest) (v Version, err error) {
	err = h.view(context.Background(), func(r Reader) error {
		v, err = tableVersions.get(r, versionKey(id, d))
		return err
	})
	return v, err
}

// SampleAll is what the goroutine behind histories does every 15 seconds.
func (h *Host) SampleAll() { h.sampleAll() }

func (h *Host) ForgetSites() { h.forgetSites() }

// Meters is how many are kept.
func (h *Host) Meters() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.meters)
}
