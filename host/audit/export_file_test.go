package audit_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/audit"
)

func TestAnExportIsCheckedLineByLine(t *testing.T) {
	lines := chain(t, audit.Head{}, 4, nil)
	whole := append(bytes.Join(lines, []byte("\n")), '\n')
	f := audit.Filter{Kind: "plugin.", Since: time.Unix(1, 0).UTC()}
	head, err := audit.ExportHead(f)
	require.NoError(t, err)
	some := append(head, bytes.Join([][]byte{lines[0], lines[3]}, []byte("\n"))...)
	for name, c := range map[string]struct {
		text         []byte
		ok, filtered bool
	}{
		"a whole one":               {whole, true, false},
		"empty lines":               {bytes.ReplaceAll(whole, []byte("\n"), []byte("\n\n")), true, false},
		"nothing":                   {nil, true, false},
		"a filtered one":            {some, true, true},
		"a filtered one, unsaid":    {some[len(head):], false, false},
		"a filter in between":       {append(append([]byte{}, whole...), head...), false, false},
		"an edit":                   {bytes.Replace(whole, []byte("admin"), []byte("bob"), 1), false, false},
		"an edit of a filtered one": {bytes.Replace(some, []byte("admin"), []byte("bob"), 1), false, true},
		"a line without an end":     {append(append([]byte{}, whole...), strings.Repeat("x", 2<<20)...), false, false},
	} {
		report, err := audit.VerifyExport(bytes.NewReader(c.text), nil)
		require.NoError(t, err, name)
		assert.Equal(t, c.ok, report.OK, "%s: %s", name, report.Reason)
		assert.Equal(t, c.filtered, report.Filtered, name)
	}
	none, err := audit.ExportHead(audit.Filter{})
	require.NoError(t, err)
	assert.Empty(t, none)
	_, err = audit.VerifyExport(iotest.ErrReader(errors.New("the disk is gone")), nil)
	assert.ErrorContains(t, err, "the disk is gone")
}

func TestFilters(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	e := audit.Entry{Time: at, Actor: "admin", Kind: "plugin.edited", Plugin: "p", Outcome: audit.Done}
	for name, c := range map[string]struct {
		f    audit.Filter
		want bool
	}{
		"all":               {audit.Filter{}, true},
		"everything fits":   {audit.Filter{Actor: "admin", Plugin: "p", Kind: "plugin.", Outcome: audit.Done, Since: at, Until: at.Add(1)}, true},
		"another actor":     {audit.Filter{Actor: "adm"}, false},
		"another plugin":    {audit.Filter{Plugin: "q"}, false},
		"another kind":      {audit.Filter{Kind: "plugin.edited."}, false},
		"another outcome":   {audit.Filter{Outcome: audit.Denied}, false},
		"earlier":           {audit.Filter{Until: at}, false},
		"later":             {audit.Filter{Since: at.Add(1)}, false},
		"in another's zone": {audit.Filter{Since: at.In(time.FixedZone("x", 3600))}, true},
	} {
		assert.Equal(t, c.want, c.f.Wants(&e), name)
		assert.Equal(t, name == "all", c.f.Complete(), name)
	}
}
