package host

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"appzone/host/audit"
	"appzone/host/doctor"
)

// checkTrail checks the chain of the newest entries. All of a long trail would take seconds of a processor; that is asked for by
// itself.
func (h *Host) checkTrail(ctx context.Context) ([]doctor.Finding, error) {
	v := audit.NewVerifier(nil, true) // it begins in the middle
	var head audit.Head
	first := uint64(0)
	err := h.view(ctx, func(r Reader) (err error) {
		if head, err = auditHead(r); err != nil {
			return err
		}
		if head.Seq > auditTail {
			first = head.Seq - auditTail
		}
		return tableAuditText.each(r, "", auditKey(first), func(_ string, raw json.RawMessage) (bool, error) {
			return v.Add(raw), ctx.Err()
		})
	})
	if err != nil {
		return nil, err
	}
	report := v.End()
	if !report.OK {
		return []doctor.Finding{doctor.AuditBroken.Bad("the audit trail was changed", fmt.Sprintf("entry %d: %s", report.BrokenAt, report.Reason),
			"keep a copy of the data folder, find out who could write in it, and see how much is whole: appzone audit verify")}, nil
	}
	detail := "all of the trail is checked by: appzone audit verify"
	if head.Seq > 0 {
		detail = "up to " + head.String() + "; " + detail
	}
	return []doctor.Finding{doctor.AuditOK.Good(fmt.Sprintf("the newest %d entries of the audit trail are whole", report.Entries), detail)}, nil
}

// checkBackup looks for the last backup in the trail that was written to its end: one that breaks off each night is none.
func (h *Host) checkBackup(ctx context.Context) ([]doctor.Finding, error) {
	found, _, err := h.Audit(ctx, audit.Filter{Kind: actBackedUp, Outcome: audit.Done}, 0, 1)
	if err != nil {
		return nil, err
	}
	if len(found) > 0 && time.Since(found[0].Time) < backupWithin {
		return []doctor.Finding{doctor.BackupOK.Good("the last backup is of "+found[0].Time.UTC().Format(time.RFC3339), "")}, nil
	}
	title := "no backup is on record"
	if len(found) > 0 {
		title = "the last backup is of " + found[0].Time.UTC().Format(time.RFC3339)
	}
	const fix = "appzone backup, from a timer, to another machine"
	oldest, err := h.oldestEntry(ctx)
	if err != nil {
		return nil, err
	}
	if time.Since(oldest) < backupWithin { // a new host has little to lose yet
		f := doctor.BackupNone.Good(title, "the host is new")
		f.Fix = fix
		return []doctor.Finding{f}, nil
	}
	return []doctor.Finding{doctor.BackupNone.Warn(title, "what the disk loses is lost; copies that are made in other ways are not on record", fix)}, nil
}

// oldestEntry is the time of the oldest entry in the trail, now if there is none.
func (h *Host) oldestEntry(ctx context.Context) (time.Time, error) {
	at := time.Now()
	err := h.view(ctx, func(r Reader) error {
		return tableAudit.each(r, "", "", func(_ string, e audit.Entry) (bool, error) {
			at = e.Time
			return false, nil
		})
	})
	return at, err
}

// joined is a list for people.
func joined(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	const most = 10
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
