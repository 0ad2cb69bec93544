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

// grants are those of then, less what the upgrade granted and somebody took back since.
func (f *Former) grants(now *Grants) *Grants {
	if f.Grants == nil {
		return nil
	}
	return f.Grants.without(f.Granted.beyond(now))
}

// FormerView is what can be gone back to.
type FormerView struct {
	VersionRef
	// Snapshot tells whether what the plugin kept then can be put back, too; SnapshotBytes is its size.
	Snapshot      bool      `json:"snapshot"`
	SnapshotBytes int64     `json:"snapshotBytes"`
	ReplacedAt    time.Time `json:"replacedAt"`
}

// formerView shows the plugin's former version, nil for none: also while it is not installed, when there is no way back.
func formerView(r Reader, p Plugin) (*FormerView, error) {
	if p.Installed == "" {
		return nil, nil
	}
	f, ok, err := tableFormer.find(r, p.ID)
	if err != nil || !ok {
		return nil, err
	}
	ref, ok, err := tableVersionRefs.find(r, versionKey(p.ID, f.Version))
	if err != nil || !ok {
		return nil, err
	}
	return &FormerView{VersionRef: ref, Snapshot: f.Snapshot != "", SnapshotBytes: f.SnapshotBytes,
		ReplacedAt: f.ReplacedAt}, nil
}
