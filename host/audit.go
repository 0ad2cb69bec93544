package host

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"appzone/host/audit"
)

func auditKey(seq uint64) string { return fmt.Sprintf("%020d", seq) }

// newAuditEntry is the act's entry, which is numbered, timed and hashed when it is appended.
func newAuditEntry(actor Actor, act Act, outcome audit.Outcome) audit.Entry {
	return audit.Entry{Actor: actor.User, Role: string(actor.Role), Token: actor.Token, Address: actor.Address, RequestID: actor.RequestID,
		Kind: act.Kind, Outcome: outcome, Code: act.Code, Plugin: act.Plugin, Subject: act.Subject,
		Data: part(act.Data), Before: part(act.Before), After: part(act.After)}
}

// appendAudit adds entries to the end of the chain. Updates run one at a time, so the last entry that it reads is the last one.
func appendAudit(w Writer, entries ...audit.Entry) error {
	head, err := auditHead(w)
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	for _, e := range entries {
		e.Time = now
		if err := e.Follow(head); err != nil {
			return fmt.Errorf("hash audit entry: %w", err)
		}
		head = e.Head()
		if err := tableAudit.put(w, auditKey(e.Seq), e); err != nil {
			return err
		}
	}
	return nil
}

// auditHead is the end of the chain.
func auditHead(r Reader) (head audit.Head, err error) {
	err = tableAudit.eachBack(r, "", "", func(_ string, last audit.Entry) (bool, error) {
		head = last.Head()
		return false, nil
	})
	if err != nil {
		return head, fmt.Errorf("read the last audit entry: %w", err)
	}
	return head, nil
}

// failed records an act that came to nothing.
func (h *Host) failed(actor Actor, act Act) {
	h.trail.record(refusal{entry: newAuditEntry(actor, act, audit.Failed)})
}

// Refused records an act that was denied. It does not wait for the disk. The same act again within a minute is counted.
func (h *Host) Refused(actor Actor, act Act) {
	h.trail.record(refusal{entry: newAuditEntry(actor, act, audit.Denied)})
}

// Counted is Refused for what is nobody's act, such as a request without any credentials: it is written at the minute's end, with
// how often it happened.
func (h *Host) Counted(from Origin, act Act) {
	h.trail.record(refusal{entry: newAuditEntry(Actor{Origin: from}, act, audit.Denied), counted: true})
}

const (
	// auditScan bounds the entries that one request looks at.
	auditScan = 10_000
	// auditBytes bounds what one page holds, but for its last entry.
	auditBytes = 1 << 20
	// clockSlack is how far clocks are set back, at most, without hiding entries from who asks since when.
	clockSlack = 24 * time.Hour
)

// Audit returns entries of the trail that f wants, newest first, at most limit, from before an entry's number (0: from the newest).
// next is what to ask with for those that follow, 0 when there are none. A page may hold fewer than limit, or none, and have a next:
// what one call reads is bounded.
func (h *Host) Audit(ctx context.Context, f audit.Filter, before uint64, limit int) (items []audit.Entry, next uint64, err error) {
	from := ""
	if before > 0 {
		from = auditKey(before)
	}
	seen, size, more := 0, 0, false
	err = h.view(ctx, func(r Reader) error {
		return tableAudit.eachBack(r, "", from, func(_ string, e audit.Entry) (bool, error) {
			wanted := f.Wants(&e)
			if more = seen == auditScan || size > auditBytes || (wanted && len(items) == limit); more {
				return false, nil
			}
			seen++
			if wanted {
				items = append(items, e)
				size += len(e.Data) + len(e.Before) + len(e.After)
			}
			next = e.Seq
			return f.Since.IsZero() || !e.Time.Before(f.Since.Add(-clockSlack)), nil
		})
	})
	if !more {
		next = 0
	}
	return items, next, err
}

// AuditHead is the trail's last entry, number 0 while there is none.
func (h *Host) AuditHead(ctx context.Context) (head audit.Head, err error) {
	err = h.view(ctx, func(r Reader) error {
		head, err = auditHead(r)
		return err
	})
	return head, err
}

// AuditLines returns a page of the trail as it is written, one entry a line, oldest first: those that f wants after the entry with
// the number after, up to the one with the number upTo. last is the number of the last one that was looked at; the end is reached
// when it is upTo, or after.
func (h *Host) AuditLines(ctx context.Context, f audit.Filter, after, upTo uint64) (lines []byte, last uint64, err error) {
	last = after
	seen := 0
	err = h.view(ctx, func(r Reader) error {
		return tableAuditText.each(r, "", auditKey(after), func(_ string, raw json.RawMessage) (bool, error) {
			var e audit.Entry
			if err := json.Unmarshal(raw, &e); err != nil {
				return false, err
			}
			if e.Seq > upTo {
				return false, nil
			}
			if f.Wants(&e) {
				lines = append(append(lines, raw...), '\n')
			}
			last = e.Seq
			seen++
			return seen < auditScan/10 && len(lines) < auditBytes, nil
		})
	})
	return lines, last, err
}
