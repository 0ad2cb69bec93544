package audit

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Report is what a check of a trail found.
type Report struct {
	// OK says that nothing is wrong, and that the kept head, if there was one, is in the trail.
	OK bool `json:"ok"`
	// Entries is how many were checked, up to the first that is wrong.
	Entries uint64 `json:"entries"`
	// Base is the last entry that retention removed; number 0 while none was.
	Base Head `json:"base"`
	// Head is the last entry that was checked.
	Head LastEntry `json:"head"`
	// BrokenAt is the number of the first entry that is wrong, 0 for none.
	BrokenAt uint64 `json:"brokenAt,omitempty"`
	// Reason says what is wrong.
	Reason string `json:"reason,omitempty"`
	// HeadFound tells whether the kept head is in the trail, nil when there was none.
	HeadFound *bool `json:"headFound,omitempty"`
	// Filtered says that entries were left out on purpose, so that those that are missing cannot be told.
	Filtered bool `json:"filtered,omitempty"`
}

// LastEntry is a [Head] with its time, nil for an empty trail.
type LastEntry struct {
	Head
	Time *time.Time `json:"time"`
}

// ParseHead reads a head as it is logged and given to the check: "SEQ:HASH".
func ParseHead(text string) (Head, error) {
	seq, hash, ok := strings.Cut(text, ":")
	n, err := strconv.ParseUint(seq, 10, 64)
	if !ok || err != nil || n == 0 || len(hash) != 64 || strings.Trim(hash, "0123456789abcdef") != "" {
		return Head{}, fmt.Errorf("a head is SEQ:HASH, such as 17:3f0a... with 64 hexadecimal digits")
	}
	return Head{Seq: n, Hash: hash}, nil
}

// String is what ParseHead reads.
func (h Head) String() string { return strconv.FormatUint(h.Seq, 10) + ":" + h.Hash }

// Verifier checks a trail entry by entry, in bounded memory.
type Verifier struct {
	report Report
	kept   *Head
	// trimmed is what the last entry that tells of a removal says.
	trimmed Head
	begun   bool
}

// NewVerifier begins a check, against a head that was kept elsewhere if there is one. filtered says that the trail is known to
// have entries left out.
func NewVerifier(kept *Head, filtered bool) *Verifier {
	v := &Verifier{kept: kept, report: Report{OK: true, Filtered: filtered}}
	if kept != nil {
		v.report.HeadFound = new(bool)
	}
	return v
}

// Add checks the next entry, given as it was written. After it returned false nothing more is to be added.
func (v *Verifier) Add(raw []byte) bool {
	e, err := parse(raw)
	r := &v.report
	switch next := r.Head.Seq + 1; {
	case err != nil:
		at := v.place(&e)
		return v.Broken(at, "entry %d: %s", at, err)
	case !v.begun:
		v.begin(&e)
	case e.Seq < next:
		return v.Broken(e.Seq, "entry %d comes after entry %d: it was moved or added", e.Seq, r.Head.Seq)
	case e.Seq > next && !r.Filtered:
		return v.Broken(next, "entry %d is missing: entry %d is followed by entry %d", next, r.Head.Seq, e.Seq)
	case e.Seq == next && e.Prev != r.Head.Hash:
		return v.Broken(e.Seq, "entry %d was not written after the entry %d that is before it", e.Seq, r.Head.Seq)
	}
	at := e.Time
	r.Entries++
	r.Head = LastEntry{e.Head(), &at}
	return v.noteTrim(&e) && v.compare(e.Head())
}

// At is the number of the entry that was added last.
func (v *Verifier) At() uint64 { return v.report.Head.Seq }

// place is the number of an entry that is not what was written: that of its place where it must have one, else what it says.
func (v *Verifier) place(e *Entry) uint64 {
	if !v.begun || v.report.Filtered {
		return e.Seq
	}
	return v.report.Head.Seq + 1
}

// begin takes the first entry as it is: what it follows must in the end be what the trail says that it begins with.
func (v *Verifier) begin(e *Entry) {
	v.begun = true
	if e.Seq > 1 || e.Prev != "" {
		v.report.Base = Head{Seq: e.Seq - 1, Hash: e.Prev}
	}
}

func (v *Verifier) noteTrim(e *Entry) bool {
	if e.Kind != KindTrimmed || e.Actor != HostActor {
		return true
	}
	var b Base
	if json.Unmarshal(e.Data, &b) != nil || b.Base.Seq >= e.Seq || b.Base.Seq < v.trimmed.Seq {
		return v.Broken(e.Seq, "entry %d does not say what was removed", e.Seq)
	}
	v.trimmed = b.Base
	return true
}

// compare looks for the kept head.
func (v *Verifier) compare(at Head) bool {
	if v.kept == nil || v.kept.Seq != at.Seq {
		return true
	}
	if v.kept.Hash != at.Hash {
		return v.Broken(at.Seq, "entry %d is not the one that the kept head names: the trail was written anew", at.Seq)
	}
	*v.report.HeadFound = true
	return true
}

// Broken ends the check: the entry seq is wrong, 0 where that cannot be said. It returns false.
func (v *Verifier) Broken(seq uint64, reason string, args ...any) bool {
	v.report.OK, v.report.BrokenAt, v.report.Reason = false, seq, fmt.Sprintf(reason, args...)
	return false
}

// End ends the check of a trail that was added to its end.
func (v *Verifier) End() Report {
	r := &v.report
	if r.OK && !r.Filtered {
		v.checkBase()
	}
	if r.OK && v.kept != nil && !*r.HeadFound {
		v.checkKept()
	}
	return *r
}

// checkBase holds the beginning against what the trail itself says about it.
func (v *Verifier) checkBase() {
	r := &v.report
	switch {
	case r.Base.Seq < v.trimmed.Seq:
		v.Broken(r.Base.Seq+1, "entry %d is there, and the trail says that all up to entry %d were removed", r.Base.Seq+1, v.trimmed.Seq)
	case r.Base.Seq > v.trimmed.Seq:
		v.Broken(v.trimmed.Seq+1, "entry %d is missing: the trail begins with entry %d", v.trimmed.Seq+1, r.Base.Seq+1)
	case r.Base.Hash != v.trimmed.Hash:
		v.Broken(r.Base.Seq+1, "the first entry, %d, does not follow the last one that was removed", r.Base.Seq+1)
	}
}

// checkKept says why the kept head was not found.
func (v *Verifier) checkKept() {
	r := &v.report
	switch {
	case v.kept.Seq == r.Base.Seq && r.Base.Hash != "":
		if *r.HeadFound = v.kept.Hash == r.Base.Hash; !*r.HeadFound {
			v.Broken(r.Base.Seq+1, "entry %d does not follow the one that the kept head names: the trail was written anew", r.Base.Seq+1)
		}
	case v.kept.Seq > r.Head.Seq:
		v.Broken(r.Head.Seq+1, "the kept head is entry %d, and the trail ends with entry %d: entries were removed from its end", v.kept.Seq, r.Head.Seq)
	case v.kept.Seq < r.Base.Seq:
		v.Broken(0, "the kept head is entry %d, which retention removed with all up to entry %d: it can no longer be compared", v.kept.Seq, r.Base.Seq)
	default:
		v.Broken(0, "the entry %d that the kept head names was left out", v.kept.Seq)
	}
}
