package host

import "time"

// Former is what was in use before a plugin's last upgrade, with all that it takes to go back to it.
type Former struct {
	// Version is the digest of the version, whose folder is kept as long as this record.
	Version Digest `json:"version"`
	// Grants and Settings were in force when it was replaced. Settings is nil where nothing was set.
	Grants   *Grants   `json:"grants,omitempty"`
	Settings *Settings `json:"settings,omitempty"`
	// Granted is what the upgrade granted: what was taken back from that since is not given back.
	Granted *Grants `json:"granted,omitempty"`
	// Snapshot names the folder with the copy of its data; "" when none was made.
	Snapshot string `json:"snapshot,omitempty"`
	// SnapshotBytes is the size of that copy.
	SnapshotBytes int64     `json:"snapshotBytes,omitempty"`
	ReplacedAt    time.Time `json:"replacedAt"`
	// Desired is whether it was to run then.
	Desired Desired `json:"desired,omitempty"`
	// Listened says that it took requests then: what replaces it has to as well, before it has proven itself.
	Listened bool `json:"listened,omitempty"`
}
