package archive

import (
	"encoding/json"
	"fmt"
	"time"

	"appzone/host/fault"
)

const (
	// MetaName is the first entry.
	MetaName = "backup.json"
	// SumsName is the last entry.
	SumsName = "SHA256SUMS"
	// Format is the newest format that this package reads, and the one that it writes.
	Format = 1

	metaMax = 64 << 10
)

// The kinds of archives.
const (
	// KindHost holds a whole host.
	KindHost = "host"
	// KindPlugin holds one plugin.
	KindPlugin = "plugin"
)

// Meta says what an archive is.
type Meta struct {
	Format int    `json:"format"`
	Kind   string `json:"kind"`
	// Version is that of the host which made it.
	Version   string    `json:"version"`
	CreatedAt time.Time `json:"createdAt"`
	// Plugin is the id, if it holds one plugin.
	Plugin string `json:"plugin,omitempty"`
	// KeyID names the key that sealed the secrets in it; the key itself is not in it.
	KeyID string `json:"keyId"`
	// LeftOut tells what is not in it.
	LeftOut []string `json:"leftOut"`
}

// readMeta reads the first entry.
func (r *Reader) readMeta(kind string) error {
	e, err := r.next()
	if err != nil {
		return err
	}
	if e.Name != MetaName || e.Kind != File || e.Size > metaMax {
		return Invalid("it does not begin with %s", MetaName)
	}
	b, err := r.ReadAll(metaMax)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, &r.Meta); err != nil {
		return Invalid("%s cannot be read: %v", MetaName, err)
	}
	switch {
	case r.Meta.Format < 1:
		return Invalid("%s names no format", MetaName)
	case r.Meta.Format > Format:
		return fault.New(fault.Invalid, "backup_newer", "the backup has format %d, and this version reads up to %d; use the version that made it (%.40q) or a newer one",
			r.Meta.Format, Format, r.Meta.Version)
	case r.Meta.Kind != kind:
		return fault.New(fault.Invalid, "backup_kind", "this holds a %.20s and not a %s; a whole host is restored with 'appzone restore', one plugin is brought in with 'appzone plugin import'", r.Meta.Kind, kind)
	}
	return nil
}

// Invalid is the error backup_invalid, of what is no archive, or a hostile one; format says what is wrong with it.
func Invalid(format string, args ...any) error {
	return fault.New(fault.Invalid, "backup_invalid", "this is not a backup that can be used: %s", fmt.Sprintf(format, args...))
}

// cut is an archive that ends too early.
func cut(err error) error {
	return fault.Wrap(err, fault.Invalid, "backup_cut", "the backup ends too early or is damaged: it was not written to its end, or changed since; use another one")
}
