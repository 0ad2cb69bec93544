package doctor_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/doctor"
	"appzone/host/process"
)

// docs/doctor.md has a row for each code, and no other.
func TestEachCodeIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/doctor.md")
	require.NoError(t, err)
	documented := map[doctor.Code]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (ok|warning|trouble) \\| \\S.* \\| .*\\|$").FindAllStringSubmatch(string(text), -1) {
		assert.False(t, documented[doctor.Code(row[1])], "%s has two rows", row[1])
		documented[doctor.Code(row[1])] = true
		if row[2] != "ok" {
			assert.NotRegexp(t, `\|\s*\|$`, row[0], "it says what to do")
		}
	}
	for _, c := range doctor.Codes() {
		assert.True(t, documented[c], "%s has no row in docs/doctor.md", c)
		assert.NotEmpty(t, c.Area())
		delete(documented, c)
	}
	assert.Empty(t, documented, "rows of codes that there are not")
}

func TestAReportHasTheWorstFirst(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	r := doctor.NewReport(at, []doctor.Finding{
		doctor.WallsOK.Good("fine", ""), doctor.DiskLow.Warn("two\nlines", strings.Repeat("ö", 3000), "fix"),
		doctor.PortTaken.Bad("taken", "", "fix"), doctor.DatabaseDamaged.Bad("damaged", "", "fix"),
		doctor.PluginFailed.Bad("b failed", "", "fix").Of("b"), doctor.PluginFailed.Bad("a failed", "", "fix").Of("a"),
	})
	var codes []string
	for _, f := range r.Items {
		codes = append(codes, string(f.Code)+f.Plugin)
	}
	assert.Equal(t, []string{"database_damaged", "plugin_faileda", "plugin_failedb", "port_taken", "disk_low", "walls_ok"}, codes)
	assert.Equal(t, 4, r.Trouble)
	assert.Equal(t, 1, r.Warnings)
	assert.Equal(t, at, r.CheckedAt)
	assert.Equal(t, "two lines", r.Items[4].Title)
	assert.LessOrEqual(t, len(r.Items[4].Detail), 2000)
	assert.True(t, strings.HasSuffix(r.Items[4].Detail, "ö…"))
	many := make([]doctor.Finding, 3000)
	for i := range many {
		many[i] = doctor.PluginFailed.Bad("failed", "", "fix").Of(fmt.Sprint(i))
	}
	r = doctor.NewReport(at, append(many, doctor.DatabaseDamaged.Bad("damaged", "", "fix")))
	assert.Len(t, r.Items, 1000)
	assert.Equal(t, doctor.DatabaseDamaged, r.Items[0].Code)
	assert.Equal(t, 3001, r.Trouble, "all are counted")
}

func codesOf(r doctor.Report) (codes []doctor.Code) {
	for _, f := range r.Items {
		codes = append(codes, f.Code)
	}
	return codes
}

func TestChecksRunOneAtATimeAndNotForEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most, runs atomic.Int32
		check := doctor.Check{Name: "disk", Run: func(context.Context) ([]doctor.Finding, error) {
			most.Store(max(most.Load(), running.Add(1)))
			time.Sleep(time.Second)
			running.Add(-1)
			runs.Add(1)
			return []doctor.Finding{doctor.DiskOK.Good("fine", "")}, nil
		}}
		d := doctor.New(doctor.Options{Checks: []doctor.Check{check, check}})
		defer d.Close()
		for range 10 {
			go func() { _, _ = d.Report(t.Context()) }()
		}
		time.Sleep(3 * time.Second)
		r, err := d.Report(t.Context())
		require.NoError(t, err)
		assert.Len(t, r.Items, 2)
		assert.EqualValues(t, 1, most.Load())
		assert.EqualValues(t, 2, runs.Load(), "the others got the same report")
		time.Sleep(doctor.DefaultKeep)
		_, err = d.Report(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, 4, runs.Load(), "an old report is made anew")
	})
}

// A check that hangs, as on a disk that does not answer, costs its time once and holds up no other.
func TestACheckThatHangsIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var began atomic.Int32
		d := doctor.New(doctor.Options{Timeout: 10 * time.Second, Checks: []doctor.Check{
			{Name: "disk", Run: func(context.Context) ([]doctor.Finding, error) {
				began.Add(1)
				<-release
				return []doctor.Finding{doctor.DiskOK.Good("fine", "")}, nil
			}},
			{Name: "clock", Run: func(context.Context) ([]doctor.Finding, error) {
				return []doctor.Finding{doctor.ClockOK.Good("fine", "")}, nil
			}},
			{Name: "jobs", Run: func(context.Context) ([]doctor.Finding, error) { return nil, errors.New("no luck") }},
			{Name: "walls", Run: func(ctx context.Context) ([]doctor.Finding, error) {
				<-ctx.Done()
				return []doctor.Finding{doctor.WallsOK.Good("half", "")}, ctx.Err()
			}},
		}})
		start := time.Now()
		r, err := d.Report(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []doctor.Code{doctor.CheckFailed, doctor.CheckTimeout, doctor.CheckTimeout, doctor.ClockOK, doctor.WallsOK}, codesOf(r))
		assert.Equal(t, 21*time.Second, time.Since(start), "ten for each that does not end, and one more for who does not hear of it")
		time.Sleep(doctor.DefaultKeep)
		_, err = d.Report(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, 1, began.Load(), "it is not begun again before it has ended")
		close(release)
		synctest.Wait()
		time.Sleep(doctor.DefaultKeep)
		r, err = d.Report(t.Context())
		require.NoError(t, err)
		assert.Contains(t, codesOf(r), doctor.DiskOK)
		d.Close()
		_, err = d.Report(t.Context())
		assert.Error(t, err, "it is closed")
	})
}

// F9: walls that are required and do not stand are trouble, others a warning, and each says what would give it.
func TestWalls(t *testing.T) {
	for level, want := range map[bool]doctor.Level{false: doctor.Warning, true: doctor.Trouble} {
		var required []string
		if level {
			required = process.WallNames()
		}
		found := doctor.Walls(process.Capabilities{System: "linux", Problems: map[string]string{}}, required)
		require.NotEmpty(t, found)
		for _, f := range found {
			if f.Code == doctor.WallsOK {
				continue
			}
			assert.Equal(t, want, f.Level, "%+v", f)
			assert.NotEmpty(t, f.Detail)
			assert.NotEmpty(t, f.Fix)
		}
	}
}

func TestDisk(t *testing.T) {
	for free, want := range map[int64]doctor.Code{0: doctor.DiskFull, 64 << 20: doctor.DiskLow, 1 << 30: doctor.DiskOK} {
		assert.Equal(t, want, doctor.Disk("/data", free, nil).Code, free)
	}
	assert.Contains(t, doctor.Disk("/data", 1<<40, []doctor.Part{{Name: "store", Bytes: 1536}}).Detail, "store 1.5 KiB")
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "store"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "store", "a"), make([]byte, 10_000), 0o600))
	parts := doctor.Parts(t.Context(), dir)
	require.Len(t, parts, 1)
	assert.GreaterOrEqual(t, parts[0].Bytes, int64(10_000))
}

func TestClock(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		times doctor.Times
		want  doctor.Code
	}{
		"right":                   {doctor.Times{Now: now, Started: now.Add(-time.Hour), Running: time.Hour, Newest: now}, doctor.ClockOK},
		"before the program":      {doctor.Times{Now: time.Unix(0, 0)}, doctor.ClockWrong},
		"in another century":      {doctor.Times{Now: time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC)}, doctor.ClockWrong},
		"behind what was written": {doctor.Times{Now: now, Newest: now.Add(time.Hour)}, doctor.ClockBehind},
		"set ahead":               {doctor.Times{Now: now, Started: now.Add(-time.Hour), Running: time.Minute}, doctor.ClockJumped},
		"set back":                {doctor.Times{Now: now, Started: now.Add(time.Hour), Running: time.Minute}, doctor.ClockJumped},
		"slowly corrected":        {doctor.Times{Now: now, Started: now.Add(-time.Hour), Running: time.Hour - time.Second}, doctor.ClockOK},
	} {
		found := doctor.Clock(c.times)
		require.Len(t, found, 1, name)
		assert.Equal(t, c.want, found[0].Code, name)
	}
}

func TestTheDataFolderIsLookedAt(t *testing.T) {
	look := func(dir string) map[doctor.Code]doctor.Level {
		t.Helper()
		found, err := doctor.Folder(t.Context(), dir)
		require.NoError(t, err)
		levels := map[doctor.Code]doctor.Level{}
		for _, f := range found {
			levels[f.Code] = f.Level
			assert.True(t, f.Level == doctor.OK || f.Fix != "", "%+v", f)
		}
		return levels
	}
	make := func(mode fs.FileMode, files map[string]fs.FileMode) string {
		dir := filepath.Join(t.TempDir(), "data")
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "store"), 0o755))
		for name, mode := range files {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, mode))
		}
		require.NoError(t, os.Chmod(dir, mode))
		return dir
	}
	private := map[string]fs.FileMode{"secret.key": 0o600, "store/a": 0o600}
	assert.Equal(t, map[doctor.Code]doctor.Level{doctor.DataOK: doctor.OK}, look(make(0o700, private)))
	assert.Equal(t, map[doctor.Code]doctor.Level{doctor.DataOpen: doctor.Warning}, look(make(0o755, private)))
	assert.Equal(t, map[doctor.Code]doctor.Level{doctor.SecretKeyOpen: doctor.Trouble}, look(make(0o700, map[string]fs.FileMode{"secret.key": 0o640})))
	assert.Equal(t, map[doctor.Code]doctor.Level{doctor.DataOpen: doctor.Warning, doctor.DataFileOpen: doctor.Warning},
		look(make(0o755, map[string]fs.FileMode{"store/a": 0o644})))
	assert.Equal(t, map[doctor.Code]doctor.Level{doctor.DataOK: doctor.OK}, look(make(0o700, map[string]fs.FileMode{"store/a": 0o644})), "nobody gets there")
	assert.Equal(t, map[doctor.Code]doctor.Level{doctor.DataMissing: doctor.OK}, look(filepath.Join(t.TempDir(), "a", "b")))
	file := filepath.Join(make(0o700, private), "secret.key")
	assert.Equal(t, map[doctor.Code]doctor.Level{doctor.DataNoFolder: doctor.Trouble}, look(file))
	assert.Equal(t, map[doctor.Code]doctor.Level{doctor.DataUnusable: doctor.Trouble}, look(filepath.Join(file, "data")))
	if os.Geteuid() != 0 { // who may write everywhere
		assert.Contains(t, look(make(0o500, private)), doctor.DataUnusable)
	}
}
