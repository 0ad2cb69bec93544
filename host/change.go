package host

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"appzone/host/audit"
)

// The kinds of what was denied: a request, and a log-in.
const (
	KindDenied       = "request.denied"
	KindLoginRefused = "session.refused"
)

// Act is one thing that somebody did or tried, for the audit trail and the events. None of it may hold a secret.
type Act struct {
	// Kind is what was done, "plugin.edited": the event's type.
	Kind string
	// Plugin is which plugin it was done to, if it was one; Subject what else: a member, a token, a profile.
	Plugin, Subject string
	// Data says more, Before and After what it was and has become. Each becomes JSON, at most 32 KiB.
	Data          map[string]any
	Before, After any
	// Code is why it was refused or failed: an error's code.
	Code string
}

// change makes a change of the records by fn, with its entry of the audit trail in the same transaction, and publishes it as an event
// when it is durable. fn may fill in the act; one without a kind at the end was no change. fn may be nil: what was done
// is not a record.
func (h *Host) change(ctx context.Context, actor Actor, act Act, fn func(Writer, *Act) error) error {
	err := h.update(ctx, func(w Writer) error {
		if fn != nil {
			if err := fn(w, &act); err != nil || act.Kind == "" {
				return err
			}
		}
		return appendAudit(w, newAuditEntry(actor, act, audit.Done))
	})
	if err == nil && act.Kind != "" {
		h.publish(actor, act.Kind, act.Plugin, act.event())
	}
	return err
}

// noted is for a change that is made already, beside the store: a disk that is too full to record it does not undo it.
func (h *Host) noted(err error) error {
	if isNoSpace(err) {
		h.log.Error("an act is done and not in the audit trail: the disk is full", "error", err)
		return nil
	}
	return err
}

// event is what the event tells of the act.
func (a *Act) event() map[string]any {
	data := maps.Clone(a.Data)
	for key, v := range map[string]any{"subject": a.Subject, "before": a.Before, "after": a.After} {
		if v != nil && v != "" {
			if data == nil {
				data = map[string]any{}
			}
			data[key] = v
		}
	}
	return data
}

// actPartMax bounds what the audit trail keeps of each of an act's parts.
const actPartMax = 32 << 10

// part is one of an act's parts as JSON, nil for none.
func part(v any) json.RawMessage {
	if v == nil {
		return nil
	}
	b, err := json.Marshal(v)
	switch {
	case err != nil:
		b, _ = json.Marshal(fmt.Sprintf("not shown: %v", err))
	case string(b) == "null" || string(b) == "{}":
		return nil
	case len(b) > actPartMax:
		b, _ = json.Marshal(fmt.Sprintf("not shown: %d bytes", len(b)))
	}
	return b
}
