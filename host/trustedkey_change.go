package host

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"appzone/host/fault"
	"appzone/host/manifest"
	"appzone/host/signature"
)

const (
	// trustedKeysMax bounds the keys.
	trustedKeysMax = 1000
	// keySuccessionMax bounds how many keys of one publisher follow one another.
	keySuccessionMax = 16
	// keyReasonMax is the longest reason of a revocation, in bytes.
	keyReasonMax = 200
)

// keyID is how a key's id looks.
var keyID = regexp.MustCompile(`^[0-9A-F]{16}$`)

// trustedKeyInput is what POST and PATCH /trusted-keys take: absent fields stay, null clears.
type trustedKeyInput struct {
	Name      json.RawMessage `json:"name"`
	PublicKey json.RawMessage `json:"publicKey"`
	Replaces  json.RawMessage `json:"replaces"`

	Revoked       json.RawMessage `json:"revoked"`
	RevokedReason json.RawMessage `json:"revokedReason"`
}

// apply changes k, but for its key, and names what cannot be.
func (in *trustedKeyInput) apply(e *fault.Error, k *TrustedKey) {
	revoked := k.revoked()
	take(e, "name", in.Name, &k.Name)
	take(e, "replaces", in.Replaces, &k.Replaces)
	take(e, "revoked", in.Revoked, &revoked)
	take(e, "revokedReason", in.RevokedReason, &k.RevokedReason)
	k.Name = takeName(e, k.Name)
	switch {
	case !revoked:
		k.RevokedAt = time.Time{}
		if in.RevokedReason == nil {
			k.RevokedReason = ""
		}
	case !k.revoked():
		k.RevokedAt = time.Now().UTC()
	}
	if k.Replaces != "" && (!keyID.MatchString(k.Replaces) || k.Replaces == k.ID) {
		e.WithField("replaces", "must be the id of another key: 16 hex digits in upper case")
	}
	switch reason := strings.TrimSpace(k.RevokedReason); {
	case reason != "" && !revoked:
		e.WithField("revokedReason", "is for a key that is revoked")
	case len(reason) > keyReasonMax || strings.ContainsFunc(reason, manifest.Invisible):
		e.WithField("revokedReason", "must have at most %d bytes, no line ends, no control characters, and none that cannot be seen", keyReasonMax)
	default:
		k.RevokedReason = reason
	}
}

// TrustKey adds a key from the JSON of POST /trusted-keys: its publicKey is the text of a minisign .pub file, or the line with the key.
func (h *Host) TrustKey(ctx context.Context, body []byte, actor Actor) (TrustedKeyView, error) {
	var in trustedKeyInput
	if err := decodePatch(body, &in); err != nil {
		return TrustedKeyView{}, err
	}
	e, text := errKeyInvalid(), ""
	k := TrustedKey{CreatedAt: time.Now().UTC(), CreatedBy: actor.User}
	if take(e, "publicKey", in.PublicKey, &text); text == "" {
		e.WithField("publicKey", "is the text of the publisher's minisign .pub file, or its second line")
	} else if key, err := signature.ParsePublicKey(text); err != nil {
		e.WithField("publicKey", "%s", err)
	} else {
		k.ID, k.PublicKey = key.ID, key.Base64
	}
	if in.apply(e, &k); len(e.Fields) > 0 {
		return TrustedKeyView{}, e
	}
	act := Act{Kind: "key.trusted", Subject: k.ID}
	return h.changeKey(ctx, actor, act, func(w Writer) (old, next TrustedKey, err error) {
		n, taken := 0, false
		err = tableTrustedKeys.each(w, "", "", func(id string, _ TrustedKey) (bool, error) {
			n, taken = n+1, taken || id == k.ID
			return true, nil
		})
		switch {
		case err != nil:
		case taken:
			err = fault.New(fault.Conflict, "key_exists", "there is a key with the id %s already; edit that one, or remove it first if it is another publisher's", k.ID).
				WithField("publicKey", "has the id of a key that is there")
		case n >= trustedKeysMax:
			err = fault.New(fault.Conflict, "too_many_keys", "there are %d keys already; remove those that are not needed", n)
		}
		return TrustedKey{}, k, err
	})
}

// EditTrustedKey applies a merge patch (RFC 7396) to a key: its name, which key it replaces, and whether it is revoked. A revocation
// holds at once: plugins whose installed version it signed are stopped and quarantined. revision is the one that the editor
// saw; 0 takes any.
func (h *Host) EditTrustedKey(ctx context.Context, id string, patch []byte, revision uint64, actor Actor) (TrustedKeyView, error) {
	var in trustedKeyInput
	if err := decodePatch(patch, &in); err != nil {
		return TrustedKeyView{}, err
	}
	return h.changeKey(ctx, actor, Act{Kind: "key.edited", Subject: id}, func(w Writer) (old, next TrustedKey, err error) {
		if old, err = trustedKey(w, id, revision); err != nil {
			return old, next, err
		}
		next = old
		e := errKeyInvalid()
		if in.PublicKey != nil {
			e.WithField("publicKey", "cannot be changed: another key is another entry")
		}
		if in.apply(e, &next); len(e.Fields) > 0 {
			return old, next, e
		}
		if old.revoked() || !next.revoked() {
			return old, next, nil
		}
		w.Essential()
		return old, next, nil
	})
}

// changeKey writes what decide makes of a key, and lets it hold. An act that changes nothing is none.
func (h *Host) changeKey(ctx context.Context, actor Actor, act Act, decide func(Writer) (old, next TrustedKey, err error)) (TrustedKeyView, error) {
	var next TrustedKey
	follows := isolation{host: h, actor: actor}
	err := h.change(ctx, actor, act, func(w Writer, act *Act) error {
		if err := h.stillMay(actor); err != nil {
			return err
		}
		old, to, err := decide(w)
		if next = to; err != nil {
			return err
		}
		if next == old {
			act.Kind = ""
			return nil
		}
		if err := checkSuccession(w, next); err != nil {
			return err
		}
		if act.After = next.facts(); old.Revision > 0 {
			act.Before = old.facts()
		}
		switch {
		case next.revoked() && !old.revoked():
			act.Kind = "key.revoked"
		case old.revoked() && !next.revoked():
			act.Kind = "key.restored"
		}
		next.Revision++
		return follows.around(w, next, func() error { return tableTrustedKeys.put(w, next.ID, next) })
	})
	if err == nil {
		follows.enforce(ctx)
	}
	return next.view(), err
}

// RemoveTrustedKey forgets a key: what it signed is of an unknown key from then on. A revoked one stays, so that nothing which it
// signed comes back by that.
func (h *Host) RemoveTrustedKey(ctx context.Context, id string, revision uint64, actor Actor) error {
	follows := isolation{host: h, actor: actor}
	err := h.change(ctx, actor, Act{Kind: "key.removed", Subject: id}, func(w Writer, act *Act) error {
		w.Essential()
		if err := h.stillMay(actor); err != nil {
			return err
		}
		k, err := trustedKey(w, id, revision)
		if err != nil {
			return err
		}
		if k.revoked() {
			return fault.New(fault.Conflict, "key_revoked", "the key %s is revoked: removed, it would be an unknown key, and what it signed could come back; restore it first if that is meant", id)
		}
		act.Before = k.facts()
		return follows.around(w, k, func() error { return tableTrustedKeys.delete(w, id) })
	})
	if err == nil {
		follows.enforce(ctx)
	}
	return err
}

// checkSuccession refuses keys that replace one another in a circle.
func checkSuccession(r Reader, k TrustedKey) error {
	for id, n := k.Replaces, 0; id != ""; n++ {
		if id == k.ID || n == keySuccessionMax {
			return errKeyInvalid().WithField("replaces", "would make a circle, or a line of more than %d keys", keySuccessionMax)
		}
		former, _, err := tableTrustedKeys.find(r, id)
		if err != nil {
			return err
		}
		id = former.Replaces
	}
	return nil
}

// keyFacts is what the audit trail says of a key.
type keyFacts struct {
	Name     string `json:"name"`
	Replaces string `json:"replaces,omitempty"`
	Revoked  bool   `json:"revoked,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

func (k TrustedKey) facts() keyFacts {
	return keyFacts{k.Name, k.Replaces, k.revoked(), k.RevokedReason}
}

func errKeyInvalid() *fault.Error {
	return fault.New(fault.Invalid, "key_invalid", "the key cannot be like this")
}
