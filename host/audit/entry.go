package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"
)

// Outcome is what became of an act.
type Outcome string

// The outcomes.
const (
	Done   Outcome = "done"
	Failed Outcome = "failed"
	Denied Outcome = "denied"
)

// Outcomes are all of them.
func Outcomes() []Outcome { return []Outcome{Done, Failed, Denied} }

// Kinds of entries that the trail writes about itself.
const (
	// KindTrimmed says that old entries were removed, and where the trail begins since then; see [Base].
	KindTrimmed = "audit.trimmed"
	// KindLost counts acts that came too fast to be written one by one, and were not told apart.
	KindLost = "audit.lost"
)

// HostActor is the actor of what the host does by itself.
const HostActor = "host"

// Entry is one act in the trail. Its fields are in the order in which they are hashed, Hash last.
type Entry struct {
	// Seq grows by one with each entry, from 1.
	Seq uint64 `json:"seq"`
	// Time is when it was written.
	Time time.Time `json:"time"`
	// Actor is the account of who did it, "host" for the host itself, "" for a stranger.
	Actor string `json:"actor"`
	Role  string `json:"role,omitempty"`
	// Token is the id of the token that was used.
	Token     string `json:"token,omitempty"`
	Address   string `json:"address,omitempty"`
	RequestID string `json:"requestId,omitempty"`
	// Kind is what was done or tried, "plugin.edited".
	Kind    string  `json:"kind"`
	Outcome Outcome `json:"outcome"`
	// Code is why it was denied or failed.
	Code string `json:"code,omitempty"`
	// Count is how many acts of the same kind the entry stands for; 0 is one.
	Count   uint64          `json:"count,omitempty"`
	Plugin  string          `json:"plugin,omitempty"`
	Subject string          `json:"subject,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
	Before  json.RawMessage `json:"before,omitempty"`
	After   json.RawMessage `json:"after,omitempty"`
	// Prev is the hash of the entry before, "" for the first one.
	Prev string `json:"prev"`
	// Hash ties the entry to all before it.
	Hash string `json:"hash,omitempty"`
}

// Head names the entry that a trail ends with, or began with once others were removed.
type Head struct {
	// Seq is the entry's number, 0 for none.
	Seq uint64 `json:"seq"`
	// Hash is the entry's, "" for none.
	Hash string `json:"hash"`
}

// Follow makes e the entry after head: it numbers it and hashes it.
func (e *Entry) Follow(head Head) error {
	e.Seq, e.Prev, e.Hash = head.Seq+1, head.Hash, ""
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(b)
	e.Hash = hex.EncodeToString(sum[:])
	return nil
}

// Head is what names e.
func (e *Entry) Head() Head { return Head{Seq: e.Seq, Hash: e.Hash} }

// Base is what an entry of the kind [KindTrimmed] says in its data.
type Base struct {
	// Base is the last entry that was removed.
	Base Head `json:"base"`
	// Removed is how many were.
	Removed uint64 `json:"removed"`
}

const hashStart = `,"hash":"`

var (
	errNoHash = errors.New("it does not end with its hash")
	errHash   = errors.New("its hash is not that of its content: it was changed")
)

// parse reads an entry as it was written, and checks its hash. What can be read is returned with the error, too.
func parse(raw []byte) (e Entry, err error) {
	err = json.Unmarshal(raw, &e)
	const tail = len(hashStart) + 2*sha256.Size + len(`"}`)
	at := len(raw) - tail
	if at < 1 || !bytes.HasPrefix(raw[at:], []byte(hashStart)) || !bytes.HasSuffix(raw, []byte(`"}`)) {
		return e, errNoHash
	}
	h := sha256.New()
	h.Write(raw[:at])
	h.Write([]byte("}"))
	if hex.EncodeToString(h.Sum(nil)) != string(raw[at+len(hashStart):len(raw)-2]) {
		return e, errHash
	}
	return e, err
}
