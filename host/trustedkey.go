package host

import (
	"context"
	"strings"
	"time"

	"appzone/host/fault"
)

// TrustedKey is a publisher's key that administrators decided about: it is trusted, or revoked.
type TrustedKey struct {
	// ID is the key's short name, 16 hex digits in upper case, as minisign shows it.
	ID string `json:"id"`
	// Name is the publisher's, for people.
	Name string `json:"name"`
	// PublicKey is the key in minisign's base64 form.
	PublicKey string `json:"publicKey"`
	// Replaces is the id of the publisher's former key: plugins that are pinned to that one take this one, too.
	Replaces string `json:"replaces,omitempty"`
	// RevokedAt is when it was revoked; zero: it is trusted.
	RevokedAt time.Time `json:"revokedAt,omitzero"`
	// RevokedReason tells people why.
	RevokedReason string    `json:"revokedReason,omitempty"`
	CreatedAt     time.Time `json:"createdAt"`
	CreatedBy     string    `json:"createdBy"`
	Revision      uint64    `json:"revision"`
}

// TrustedKeyView is what GET /trusted-keys/{id} shows.
type TrustedKeyView struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	PublicKey string `json:"publicKey"`
	// Replaces is the id of the publisher's former key, nil for none.
	Replaces *string `json:"replaces"`
	Revoked  bool    `json:"revoked"`
	// RevokedReason is "" where nobody said any.
	RevokedReason string     `json:"revokedReason"`
	RevokedAt     *time.Time `json:"revokedAt"`
	CreatedAt     time.Time  `json:"createdAt"`
	CreatedBy     string     `json:"createdBy"`
	Revision      uint64     `json:"-"`
}

func (k TrustedKey) revoked() bool { return !k.RevokedAt.IsZero() }

func (k TrustedKey) view() TrustedKeyView {
	v := TrustedKeyView{ID: k.ID, Name: k.Name, PublicKey: k.PublicKey, Revoked: k.revoked(), RevokedReason: k.RevokedReason,
		CreatedAt: k.CreatedAt, CreatedBy: k.CreatedBy, Revision: k.Revision}
	if k.Replaces != "" {
		v.Replaces = &k.Replaces
	}
	if v.Revoked {
		v.RevokedAt = &k.RevokedAt
	}
	return v
}

// TrustedKey shows one key.
func (h *Host) TrustedKey(ctx context.Context, id string) (TrustedKeyView, error) {
	var k TrustedKey
	err := h.view(ctx, func(r Reader) (err error) {
		k, err = trustedKey(r, id, 0)
		return err
	})
	return k.view(), err
}

// TrustedKeyFilter narrows a list of keys. Empty fields do not.
type TrustedKeyFilter struct {
	// Query is looked for in id and name, case-insensitively.
	Query string
	// After is the id after which the page starts; Limit its size (default 100, at most 500).
	After string
	Limit int
}

// TrustedKeys lists keys by id, the revoked ones included; next is the cursor of the following page, or "".
func (h *Host) TrustedKeys(ctx context.Context, f TrustedKeyFilter) (items []TrustedKeyView, next string, err error) {
	limit, q := PageSize(f.Limit), strings.ToLower(f.Query)
	items = []TrustedKeyView{}
	err = h.view(ctx, func(r Reader) error {
		return tableTrustedKeys.each(r, "", f.After, func(_ string, k TrustedKey) (bool, error) {
			if !strings.Contains(strings.ToLower(k.ID+"\n"+k.Name), q) {
				return true, nil
			}
			if len(items) == limit {
				next = items[limit-1].ID
				return false, nil
			}
			items = append(items, k.view())
			return true, nil
		})
	})
	return items, next, err
}

// trustedKey finds one, of this revision if it is not 0.
func trustedKey(r Reader, id string, revision uint64) (TrustedKey, error) {
	k, ok, err := tableTrustedKeys.find(r, id)
	switch {
	case err != nil:
		return k, err
	case !ok:
		return k, fault.New(fault.NotFound, "key_not_found", "nobody decided about a key %q; its id has 16 hex digits in upper case", cut(id, 64))
	case revision != 0 && revision != k.Revision:
		return k, fault.New(fault.Precondition, "key_changed", "the key %s was changed since it was read; read it again", id)
	}
	return k, nil
}
