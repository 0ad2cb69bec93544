package host

import (
	"context"
	"fmt"
	"time"

	"appzone/host/fault"
)

// codeQuarantined is the code of whatever is refused of a plugin that is in quarantine.
const codeQuarantined = "quarantined"

// bar is why a version must not be used: no word and no right helps against it.
type bar struct {
	// code is that of an upload or installation that is refused for it.
	code   string
	reason string
	// advice is what to do about it.
	advice string
	since  *time.Time // nil where nobody knows
}

// Quarantine is why an installed plugin is neither started nor served. It is not stored: it follows from the keys of the moment.
type Quarantine struct {
	Reason string `json:"reason"`
	// Since is when the key was revoked; nil for a plugin that was never signed by a trusted one.
	Since *time.Time `json:"since"`
}

// barOf holds the version's signature against the keys and against what this host requires. nil: it may be used. Everything that lets a
// version be taken, installed, started or served asks here.
func (h *Host) barOf(r Reader, v Version) (*bar, error) {
	s, err := standingOf(r, v.Signature)
	if err != nil {
		return nil, err
	}
	return h.barFor(s, v), nil
}

// barFor is barOf for a signature that was looked at already.
func (h *Host) barFor(s standing, v Version) *bar {
	switch s.state {
	case Signed:
		return nil
	case Modified:
		return &bar{code: "signature_modified", reason: "it is not what was signed: " + v.Signature.Broken,
			advice: "get the zip anew from its publisher"}
	case Revoked:
		return &bar{code: "signature_revoked", reason: s.key.revocation(), since: &s.key.RevokedAt,
			advice: "use a version that another trusted key signed"}
	}
	if !h.cfg.RequireSignature {
		return nil
	}
	b := bar{code: "signature_required", reason: "this host takes only what a trusted key signed, and nobody signed it",
		advice: "have it signed (appzone sign) with a key that is trusted here"}
	if s.publisher != nil {
		b.reason = fmt.Sprintf("this host takes only what a trusted key signed, and its key %s is unknown", s.publisher.KeyID)
		b.advice = "if it is its publisher's, as the publisher says and not the zip, trust it first (appzone key trust)"
	}
	return &b
}

// checkSignature refuses the use of a version that is barred, for whoever is about to make it the installed one.
func (h *Host) checkSignature(r Reader, v Version) error {
	b, err := h.barOf(r, v)
	if b != nil {
		return fault.New(fault.Invalid, b.code, "version %s of %q is refused: %s; %s", v.Version, v.Plugin, b.reason, b.advice)
	}
	return err
}

// checkUpload refuses, on a host that requires signatures, what could never be installed; elsewhere it is kept, to be looked at.
func (h *Host) checkUpload(ctx context.Context, v Version) error {
	if !h.cfg.RequireSignature {
		return nil
	}
	return h.view(ctx, func(r Reader) error { return h.checkSignature(r, v) })
}

// checkStart refuses to start the installed version of a plugin in quarantine.
func (h *Host) checkStart(r Reader, v Version) error {
	b, err := h.barOf(r, v)
	if b != nil {
		return fault.New(fault.Conflict, codeQuarantined, "plugin %q is in quarantine and is not started: %s; %s", v.Plugin, b.reason, b.advice)
	}
	return err
}

// checkStartNow is checkStart with a snapshot of its own.
func (h *Host) checkStartNow(ctx context.Context, v Version) error {
	return h.view(ctx, func(r Reader) error { return h.checkStart(r, v) })
}

// quarantine is the bar as people see it.
func (b *bar) quarantine() *Quarantine {
	if b == nil {
		return nil
	}
	return &Quarantine{Reason: b.reason, Since: b.since}
}

// adopt lets the version that comes into use be what the plugin's later versions are held against: the plugin is pinned to the key of the
// first version whose signature holds, and follows the key of each one that is installed after it. An unsigned one leaves the pin where it
// is, and so do the way back to an older version, and that one when it is installed again.
func (h *Host) adopt(r Reader, p *Plugin, x exchange) error {
	if err := h.checkSignature(r, x.to); err != nil {
		return err
	}
	if x.kind != actInstalled {
		return nil
	}
	if err := checkPin(r, *p, x.to, x.allow, x.actor); err != nil {
		return err
	}
	if s, err := standingOf(r, x.to.Signature); err != nil {
		return err
	} else if s.publisher != nil && (p.Publisher == "" || p.Installed != x.to.Digest) {
		p.Publisher = s.publisher.PublicKey
	}
	return nil
}
