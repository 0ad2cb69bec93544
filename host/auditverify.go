package host

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"appzone/host/audit"
	"appzone/host/fault"
)

// VerifyAudit checks the whole trail, as it is at one moment, against a head that was kept elsewhere if there is one. One check runs at
// a time.
func (h *Host) VerifyAudit(ctx context.Context, kept *audit.Head) (audit.Report, error) {
	select {
	case h.trail.verifying <- struct{}{}:
		defer func() { <-h.trail.verifying }()
	default:
		e := fault.New(fault.TooMany, "verify_busy", "the trail is being checked already; try again when that has ended")
		e.RetryAfter = 2 * time.Second
		return audit.Report{}, e
	}
	v := audit.NewVerifier(kept, false)
	err := h.view(ctx, func(r Reader) error { return verifyAudit(ctx, r, v) })
	return v.End(), err
}

func verifyAudit(ctx context.Context, r Reader, v *audit.Verifier) error {
	var raw json.RawMessage
	return r.Scan(string(tableAudit), "", "", func(key string, decode func(any) error) (bool, error) {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		seq, err := strconv.ParseUint(key, 10, 64)
		if err != nil || auditKey(seq) != key {
			return v.Broken(0, "there is an entry %.40q, which has no number: it was added", key), nil
		}
		if err := decode(&raw); err != nil {
			return v.Broken(seq, "entry %d cannot be read", seq), nil
		}
		if !v.Add(raw) {
			return false, nil
		}
		if at := v.At(); at != seq {
			return v.Broken(seq, "entry %d is in the place of entry %d: it was moved", at, seq), nil
		}
		return true, nil
	})
}
