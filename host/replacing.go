package host

import (
	"slices"

	"appzone/host/fault"
)

// replacing says which version may be replaced by other content under its number.
type replacing int

const (
	// replaceWaiting is for a candidate that was never installed: nobody decided about it yet.
	replaceWaiting replacing = iota
	replaceNone
	replaceAny
)

func replacingOf(said []Word) replacing {
	if slices.Contains(said, AllowReplace) {
		return replaceAny
	}
	return replaceWaiting
}

// oneContent refuses a version that is there with other content only and may not be replaced.
func oneContent(r Reader, p Plugin, version string, d Digest, may replacing) error {
	if may == replaceAny {
		return nil
	}
	if _, same, err := tableVersions.find(r, versionKey(p.ID, d)); same || err != nil {
		return err
	}
	return tableVersions.each(r, p.ID+"/", "", func(_ string, v Version) (bool, error) {
		if v.Version != version || may == replaceWaiting && waits(p, v) {
			return true, nil
		}
		is := "kept"
		if v.Digest == p.Installed {
			is = "installed"
		}
		return false, fault.New(fault.Conflict, "version_exists", "version %s of %q is %s with other content; give the new content a new version, or upload it to POST /api/v1/plugins?allow=replace (--allow replace)", version, p.ID, is).
			WithField("version", "is %s with other content", is)
	})
}

// waits tells whether v is a candidate that was uploaded since the last installation, and so never was installed itself.
func waits(p Plugin, v Version) bool {
	return v.Digest == p.Candidate && v.UploadedAt.After(p.InstalledAt)
}

// dropWaiting deletes the candidate that waits, if it is this version with other content than d: another takes its place.
func dropWaiting(w Writer, p Plugin, version string, d Digest) error {
	if p.Candidate == "" || p.Candidate == d {
		return nil
	}
	v, ok, err := tableVersions.find(w, versionKey(p.ID, p.Candidate))
	if err != nil || !ok || v.Version != version || !waits(p, v) {
		return err
	}
	return tableVersions.delete(w, versionKey(p.ID, p.Candidate))
}
