package host

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Outcome is what became of an act.
type Outcome string

// The outcomes.
const (
	OutcomeDone   Outcome = "done"
	OutcomeFailed Outcome = "failed"
	OutcomeDenied Outcome = "denied"
)

// AuditEntry is one line of the audit trail. Each holds the hash of the one before it, so that an edit breaks the chain from
// there on (row H7).
type AuditEntry struct {
	// Seq grows by one with each entry.
	Seq  uint64    `json:"seq"`
	Time time.Time `json:"time"`
	// Actor is who did it, "host" for the host itself.
	Actor string `json:"actor"`
	Role  Role   `json:"role,omitempty"`
	// Token is the id of the token that was used.
	Token     string  `json:"token,omitempty"`
	Address   string  `json:"address,omitempty"`
	RequestID string  `json:"requestId,omitempty"`
	Kind      string  `json:"kind"`
	Outcome   Outcome `json:"outcome"`
	// Code is why it was refused or failed.
	Code    string          `json:"code,omitempty"`
	Plugin  string          `json:"plugin,omitempty"`
	Subject string          `json:"subject,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
	Before  json.RawMessage `json:"before,omitempty"`
	After   json.RawMessage `json:"after,omitempty"`
	// Prev is the hash of the entry before, "" for the first one.
	Prev string `json:"prev"`
	// Hash is the SHA-256 of the entry's JSON without it.
	Hash string `json:"hash,omitempty"`
}

func auditKey(seq uint64) string { return fmt.Sprintf("%020d", seq) }

func newAuditEntry(actor Actor, act Act, outcome Outcome) AuditEntry {
	return AuditEntry{Time: time.Now().UTC(), Actor: actor.User, Role: actor.Role, Token: actor.Token, Address: actor.Address, RequestID: actor.RequestID,
		Kind: act.Kind, Outcome: outcome, Code: act.Code, Plugin: act.Plugin, Subject: act.Subject,
		Data: part(act.Data), Before: part(act.Before), After: part(act.After)}
}

// hash is what the entry's Hash must be.
func (e AuditEntry) hash() (string, error) {
	e.Hash = ""
	b, err := json.Marshal(e)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// appendAudit adds e to the end of the chain. Updates run one at a time, so the last entry that it reads is the last one.
func appendAudit(w Writer, e AuditEntry) (err error) {
	e.Seq = 1
	err = tableAudit.eachBack(w, "", "", func(_ string, last AuditEntry) (bool, error) {
		e.Seq, e.Prev = last.Seq+1, last.Hash
		return false, nil
	})
	if err != nil {
		return fmt.Errorf("read the last audit entry: %w", err)
	}
	if e.Hash, err = e.hash(); err != nil {
		return err
	}
	return tableAudit.put(w, auditKey(e.Seq), e)
}

// failed records an act that came to nothing.
func (h *Host) failed(actor Actor, act Act) { h.record(newAuditEntry(actor, act, OutcomeFailed)) }

// Refused records an act that was denied. It does not wait for the disk.
func (h *Host) Refused(actor Actor, act Act) { h.record(newAuditEntry(actor, act, OutcomeDenied)) }

// record queues an entry that is no part of a change.
func (h *Host) record(e AuditEntry) {
	select {
	case h.refusals <- e:
	default: // a flood, of which the first thousand tell enough
	}
}

// writeRefusals is the goroutine that adds what was queued to the chain.
func (h *Host) writeRefusals() {
	for {
		select {
		case e := <-h.refusals:
			if err := h.update(h.ctx, func(w Writer) error { return appendAudit(w, e) }); err != nil && h.ctx.Err() == nil {
				h.log.Error("audit entry not written", "error", err)
			}
		case <-h.ctx.Done():
			return
		}
	}
}
