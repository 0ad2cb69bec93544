package host

import "appzone/host/audit"

const (
	// deniedKinds bounds the acts that are told apart within a minute.
	deniedKinds = 1000
	// deniedBurst entries may be written at once; deniedPerMinute more are earned each minute.
	deniedBurst     = 100
	deniedPerMinute = 5
)

// folding writes the first of the same denied acts within a minute at once, and the others as one entry at the minute's end. What is
// more than it may write is one entry for all.
type folding struct {
	seen map[foldKey]*folded
	// order is that of seen.
	order []*folded
	// budget is how many entries may still be written.
	budget int
	// others are acts that were not told apart.
	others uint64
}

// foldKey is what makes two denied acts the same.
type foldKey struct{ actor, token, address, kind, code, plugin, subject string }

// folded counts the same act.
type folded struct {
	refusal
	// count leaves out what was written already.
	count uint64
}

func newFolding() *folding {
	return &folding{seen: map[foldKey]*folded{}, budget: deniedBurst}
}

// take counts an act, or writes it if it is the first of its kind.
func (f *folding) take(r refusal, write func(audit.Entry)) {
	e := &r.entry
	key := foldKey{e.Actor, e.Token, e.Address, e.Kind, e.Code, e.Plugin, e.Subject}
	same := f.seen[key]
	switch {
	case same != nil:
		same.count++
		return
	case len(f.order) == deniedKinds || (!r.counted && f.budget == 0):
		f.others++
		return
	}
	same = &folded{refusal: r}
	f.seen[key] = same
	f.order = append(f.order, same)
	if r.counted {
		same.count = 1
		return
	}
	f.budget--
	write(*e)
}

// endMinute writes what was counted: first acts of somebody, then of nobody.
func (f *folding) endMinute(write func(audit.Entry)) {
	for _, counted := range []bool{false, true} {
		for _, one := range f.order {
			switch {
			case one.count == 0 || one.counted != counted:
			case f.budget == 0:
				f.others += one.count
			default:
				f.budget--
				one.entry.RequestID, one.entry.Count = "", one.count
				write(one.entry)
			}
		}
	}
	if f.others > 0 {
		write(audit.Entry{Kind: KindDenied, Outcome: audit.Denied, Subject: "others", Count: f.others})
	}
	clear(f.seen)
	f.order, f.others = f.order[:0], 0
	f.budget = min(deniedBurst, f.budget+deniedPerMinute)
}
