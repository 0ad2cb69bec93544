package audit_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/audit"
)

// chain writes n entries, as the store keeps them. The first follows base.
func chain(t testing.TB, base audit.Head, n int, edit func(*audit.Entry)) (lines [][]byte) {
	t.Helper()
	head := base
	for i := range n {
		e := audit.Entry{Time: time.Date(2026, 1, 2, 3, 4, 5, i+1, time.UTC), Actor: "admin", Role: "admin", Address: "::1", Kind: "plugin.edited", Outcome: audit.Done,
			Plugin: "p", Subject: "<ü>", Data: json.RawMessage(`{"a":[1,"\u003c"]}`), Before: json.RawMessage(`{}`), After: json.RawMessage(`"x"`)}
		if edit != nil {
			edit(&e)
		}
		require.NoError(t, e.Follow(head))
		head = e.Head()
		b, err := json.Marshal(e)
		require.NoError(t, err)
		lines = append(lines, b)
	}
	return lines
}

func check(lines [][]byte, kept *audit.Head, filtered bool) audit.Report {
	v := audit.NewVerifier(kept, filtered)
	for _, line := range lines {
		if !v.Add(line) {
			break
		}
	}
	return v.End()
}

func headOf(t testing.TB, line []byte) audit.Head {
	t.Helper()
	var e audit.Entry
	require.NoError(t, json.Unmarshal(line, &e))
	return e.Head()
}

func TestAWholeTrailIsWhole(t *testing.T) {
	lines := chain(t, audit.Head{}, 5, nil)
	for i, line := range lines {
		kept := headOf(t, line)
		report := check(lines, &kept, false)
		assert.True(t, report.OK && *report.HeadFound, "%d: %s", i, report.Reason)
		assert.EqualValues(t, 5, report.Entries)
		assert.Equal(t, headOf(t, lines[4]), report.Head.Head)
		assert.Equal(t, time.Date(2026, 1, 2, 3, 4, 5, 5, time.UTC), *report.Head.Time)
	}
	empty := check(nil, nil, false)
	assert.True(t, empty.OK)
	assert.Nil(t, empty.Head.Time)
}

func TestWhatWasDoneToATrailIsFound(t *testing.T) {
	lines := chain(t, audit.Head{}, 5, nil)
	kept := headOf(t, lines[4])
	early := headOf(t, lines[1])
	edited := func(i int, old, new string) [][]byte {
		out := slices.Clone(lines)
		out[i] = []byte(strings.Replace(string(out[i]), old, new, 1))
		require.NotEqual(t, lines[i], out[i])
		return out
	}
	moved := slices.Clone(lines)
	moved[1], moved[2] = moved[2], moved[1]
	other := chain(t, audit.Head{}, 5, func(e *audit.Entry) { e.Actor = "mallory" })
	inserted := chain(t, headOf(t, lines[1]), 1, func(e *audit.Entry) { e.Actor = "mallory" })
	for name, c := range map[string]struct {
		lines [][]byte
		kept  *audit.Head
		at    uint64
	}{
		"another actor":                     {edited(2, `"actor":"admin"`, `"actor":"bob"`), nil, 3},
		"another time":                      {edited(2, `2026-01-02`, `2026-01-01`), nil, 3},
		"another outcome":                   {edited(0, `"done"`, `"failed"`), nil, 1},
		"another hash":                      {edited(4, kept.Hash, strings.Repeat("0", 64)), nil, 5},
		"a second actor":                    {edited(2, `"role"`, `"ACTOR":"bob","role"`), nil, 3},
		"a field more":                      {edited(2, `"role"`, `"note":"x","role"`), nil, 3},
		"more after the hash":               {edited(2, `"}`, `","x":1}`), nil, 3},
		"one removed":                       {slices.Delete(slices.Clone(lines), 2, 3), nil, 3},
		"the first removed":                 {lines[1:], nil, 1},
		"the last removed":                  {lines[:4], &kept, 5},
		"all removed":                       {nil, &kept, 1},
		"two moved":                         {moved, nil, 2},
		"one twice":                         {slices.Insert(slices.Clone(lines), 2, lines[1]), nil, 2},
		"one added":                         {slices.Insert(slices.Clone(lines), 2, inserted[0]), nil, 3},
		"one in the place of another":       {append(append(slices.Clone(lines[:2]), inserted[0]), lines[3:]...), nil, 4},
		"all written anew":                  {other, &kept, 5},
		"written anew, the kept head early": {other, &early, 2},
		"no entry":                          {append(slices.Clone(lines), []byte("{}")), nil, 6},
		"no JSON":                           {append(slices.Clone(lines), []byte("hello")), nil, 6},
	} {
		report := check(c.lines, c.kept, false)
		assert.False(t, report.OK, name)
		assert.Equal(t, c.at, report.BrokenAt, "%s: %s", name, report.Reason)
		assert.NotEmpty(t, report.Reason, name)
	}
	assert.True(t, check(lines[:4], nil, false).OK, "only a kept head tells that the end is missing")
	assert.True(t, check(other, nil, false).OK, "only a kept head tells of a trail written anew")
}

// Retention removes the beginning, and says so in the chain.
func TestARemovedBeginningMustBeSaidInTheChain(t *testing.T) {
	base := audit.Head{Seq: 100, Hash: strings.Repeat("ab", 32)}
	trimmed := func(said audit.Head, actor string) [][]byte {
		return chain(t, base, 5, func(e *audit.Entry) {
			if e.Time.Nanosecond() == 3 {
				e.Kind, e.Actor = audit.KindTrimmed, actor
				e.Data, _ = json.Marshal(audit.Base{Base: said, Removed: 10})
			}
		})
	}
	report := check(trimmed(base, audit.HostActor), nil, false)
	assert.True(t, report.OK, report.Reason)
	assert.Equal(t, base, report.Base)
	for name, lines := range map[string][][]byte{
		"nothing is said":       chain(t, base, 5, nil),
		"somebody else says it": trimmed(base, "admin"),
		"less was removed":      trimmed(audit.Head{Seq: 90, Hash: base.Hash}, audit.HostActor),
		"more was removed":      trimmed(audit.Head{Seq: 101, Hash: base.Hash}, audit.HostActor),
		"others were removed":   trimmed(audit.Head{Seq: 100, Hash: strings.Repeat("cd", 32)}, audit.HostActor),
		"what cannot be":        trimmed(audit.Head{Seq: 103, Hash: base.Hash}, audit.HostActor),
		"the next one, too":     trimmed(base, audit.HostActor)[1:],
	} {
		assert.False(t, check(lines, nil, false).OK, name)
	}
	whole := trimmed(base, audit.HostActor)
	assert.True(t, check(whole, &base, false).OK, "the head that was kept is the last one that was removed")
	assert.False(t, check(whole, &audit.Head{Seq: 100, Hash: strings.Repeat("cd", 32)}, false).OK)
	old := check(whole, &audit.Head{Seq: 99, Hash: base.Hash}, false)
	assert.False(t, old.OK, "what cannot be compared is not confirmed")
	assert.Zero(t, old.BrokenAt)
}

func TestAFilteredTrailIsCheckedAsFarAsCanBe(t *testing.T) {
	lines := chain(t, audit.Head{}, 6, nil)
	some := [][]byte{lines[1], lines[2], lines[5]}
	report := check(some, nil, true)
	assert.True(t, report.OK && report.Filtered, report.Reason)
	assert.False(t, check(some, nil, false).OK)
	kept := headOf(t, lines[4])
	assert.False(t, check(some, &kept, true).OK, "the kept head is not in it")
	other := chain(t, headOf(t, lines[0]), 1, func(e *audit.Entry) { e.Actor = "mallory" })
	assert.False(t, check([][]byte{other[0], lines[2]}, nil, true).OK, "neighbours are compared")
	assert.False(t, check([][]byte{lines[2], lines[1]}, nil, true).OK, "and the order")
}

// Any one byte that is another is found, in any entry.
func TestAnyOtherByteIsFound(t *testing.T) {
	lines := chain(t, audit.Head{}, 3, nil)
	kept := headOf(t, lines[2])
	for i, line := range lines {
		for at := range line {
			for _, by := range []byte{1, 0x20, 0x80} {
				bad := slices.Clone(lines)
				bad[i] = slices.Clone(line)
				bad[i][at] ^= by
				require.False(t, check(bad, &kept, false).OK, "entry %d, byte %d: %s", i, at, bad[i])
			}
		}
	}
}

func FuzzAnEditIsFound(f *testing.F) {
	f.Add(uint8(1), uint16(30), []byte("x"), uint16(1))
	f.Add(uint8(0), uint16(0), []byte("{}"), uint16(9))
	f.Add(uint8(2), uint16(9999), []byte(" "), uint16(0))
	lines := chain(f, audit.Head{}, 3, nil)
	kept := headOf(f, lines[2])
	f.Fuzz(func(t *testing.T, which uint8, at uint16, put []byte, cut uint16) {
		i := int(which) % len(lines)
		line := lines[i]
		from := min(int(at), len(line))
		to := min(from+int(cut), len(line))
		bad := slices.Clone(lines)
		bad[i] = slices.Concat(line[:from], put, line[to:])
		require.Equal(t, string(bad[i]) == string(line), check(bad, &kept, false).OK)
	})
}

func TestHeadsAreReadAsTheyAreWritten(t *testing.T) {
	h := audit.Head{Seq: 17, Hash: strings.Repeat("0a", 32)}
	again, err := audit.ParseHead(h.String())
	require.NoError(t, err)
	assert.Equal(t, h, again)
	for _, bad := range []string{"", "17", ":", "-1:" + h.Hash, "0:" + h.Hash, "17:" + h.Hash[1:], "17:" + strings.ToUpper(h.Hash), "17:" + h.Hash + "0"} {
		_, err := audit.ParseHead(bad)
		assert.Error(t, err, bad)
	}
}
