package host

import (
	"context"
	"encoding/json"
	"fmt"

	"appzone/host/audit"
)

// auditTrimBatch bounds the entries that one update removes.
const auditTrimBatch = 1000

// trim removes the oldest entries while there are more than are kept.
func (t *trail) trim() {
	for more := true; more; {
		var err error
		if more, err = t.trimBatch(); err != nil {
			t.host.log.Error("old audit entries not removed", "error", err)
			return
		}
	}
}

// trimBatch removes a batch, with an entry that says so in the same update: the chain then begins with the hash that it names. It
// frees room, so a full disk must not keep it.
func (t *trail) trimBatch() (more bool, err error) {
	kept, base := uint64(t.host.cfg.AuditKept), t.base
	err = t.host.update(context.Background(), func(w Writer) error {
		head, err := auditHead(w)
		if err != nil || head.Seq-base <= kept {
			return err
		}
		w.Essential()
		more = true
		base += min(auditTrimBatch, head.Seq-base-kept+max(1, kept/20)) // some more than it must, so that it need not again at once
		last, err := tableAudit.get(w, auditKey(base))
		if err != nil {
			return fmt.Errorf("audit entry %d: %w", base, err)
		}
		data, err := json.Marshal(audit.Base{Base: last.Head(), Removed: base - t.base})
		if err != nil {
			return err
		}
		err = appendAudit(w, audit.Entry{Actor: audit.HostActor, Role: string(RoleAdmin), Kind: audit.KindTrimmed, Outcome: audit.Done, Data: data})
		for seq := t.base + 1; seq <= base && err == nil; seq++ {
			err = tableAudit.delete(w, auditKey(seq))
		}
		return err
	})
	if err != nil {
		return false, err
	}
	t.base = base
	return more, nil
}
