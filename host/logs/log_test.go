package logs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"appzone/host/logs"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is a time with a zone and nanoseconds, as a child's line has it.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 123456789, time.FixedZone("CET", 3600))

func open(t *testing.T, o logs.Options) *logs.Log {
	t.Helper()
	l, err := logs.Open(o)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	return l
}

func texts(lines []logs.Line) []string {
	list := make([]string, len(lines))
	for i, l := range lines {
		list[i] = l.Text
	}
	return list
}

func tail(t *testing.T, l *logs.Log, n int) []logs.Line {
	t.Helper()
	lines, err := l.Tail(n)
	require.NoError(t, err)
	return lines
}

// stored reads all files of a log, oldest first.
func stored(t *testing.T, dir string) (content string, names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, d := range list {
		data, err := os.ReadFile(filepath.Join(dir, d.Name()))
		require.NoError(t, err)
		content += string(data)
		names = append(names, d.Name())
	}
	return content, names
}

func TestLinesSurviveReopening(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "clock")
	l := open(t, logs.Options{Dir: dir})
	assert.Empty(t, tail(t, l, 10))
	l.Append(noon, logs.Stdout, "hello")
	l.Append(noon, logs.Stderr, "world <&>")
	want := []logs.Line{
		{Seq: 1, Time: noon.UTC(), Stream: "stdout", Text: "hello"},
		{Seq: 2, Time: noon.UTC(), Stream: "stderr", Text: "world <&>"},
	}
	assert.Equal(t, want, tail(t, l, 10))
	assert.Equal(t, want[1:], tail(t, l, 1))
	assert.Empty(t, tail(t, l, 0))
	assert.Empty(t, tail(t, l, -1))
	require.NoError(t, l.Close())
	require.NoError(t, l.Close(), "closing twice is harmless")
	l.Append(noon, logs.Stdout, "too late")

	again := open(t, logs.Options{Dir: dir})
	assert.Equal(t, want, tail(t, again, 10))
	again.Append(noon, logs.Host, "back")
	assert.Equal(t, uint64(3), tail(t, again, 1)[0].Seq)
	assert.Equal(t, []string{"hello", "world <&>", "back"}, texts(tail(t, again, 10)), "from disk and memory")

	content, names := stored(t, dir)
	assert.Equal(t, []string{"00000000000000000001.ndjson"}, names)
	assert.Contains(t, content, `{"seq":2,"time":"2026-11-22T11:00:00.123456789Z","stream":"stderr","text":"world <&>"}`+"\n")
	info, err := os.Stat(filepath.Join(dir, names[0]))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
	require.NoError(t, again.Close())
	left, err := logs.Read(dir, 2)
	require.NoError(t, err)
	assert.Equal(t, []string{"world <&>", "back"}, texts(left))
	require.NoError(t, logs.Remove(dir))
	left, err = logs.Read(dir, 2)
	require.NoError(t, err)
	assert.Empty(t, left)
	assert.NoDirExists(t, dir)
	require.NoError(t, logs.Remove(dir))
}

// B10: what a plugin prints cannot forge lines, and does not reach a reader of the files raw.
func TestHostileTextIsStoredHarmlessly(t *testing.T) {
	dir := t.TempDir()
	l := open(t, logs.Options{Dir: dir})
	l.Append(noon, logs.Stdout, "\x1b[31mred\x00\r\n{\"seq\":99}")
	l.Append(noon, logs.Stdout, "bad \xff\xfe utf-8")
	l.Append(noon, logs.Stdout, strings.Repeat("é", logs.MaxText))
	require.NoError(t, l.Close())
	content, _ := stored(t, dir)
	assert.Equal(t, 3, strings.Count(content, "\n"))
	for _, r := range content {
		assert.False(t, r < ' ' && r != '\n', "raw control character %q", r)
	}
	lines := tail(t, open(t, logs.Options{Dir: dir}), 10)
	assert.Equal(t, "\x1b[31mred\x00\r\n{\"seq\":99}", lines[0].Text)
	assert.Equal(t, "bad \uFFFD utf-8", lines[1].Text)
	assert.Equal(t, strings.Repeat("é", logs.MaxText/2), lines[2].Text)
}

func TestRotationBoundsTheDiskAndTailReadsAcrossFiles(t *testing.T) {
	dir := t.TempDir()
	l := open(t, logs.Options{Dir: dir, FileBytes: 10_000, Files: 3, BytesPerSecond: 1 << 30})
	const n = 2000
	for i := range n {
		l.Append(noon, logs.Stdout, fmt.Sprint("line ", i))
		if i%50 == 0 {
			tail(t, l, 1)
		}
	}
	require.NoError(t, l.Close())
	content, names := stored(t, dir)
	assert.Len(t, names, 3)
	assert.LessOrEqual(t, len(content), 30_000)

	l = open(t, logs.Options{Dir: dir, FileBytes: 10_000, Files: 3})
	lines := tail(t, l, logs.MaxTail+5)
	require.Greater(t, len(lines), 200)
	for i, line := range lines {
		assert.Equal(t, fmt.Sprint("line ", n-len(lines)+i), line.Text)
		assert.Equal(t, uint64(n-len(lines)+i+1), line.Seq)
	}
	l.Append(noon, logs.Stdout, "next")
	got := tail(t, l, 150)
	assert.Len(t, got, 150)
	assert.Equal(t, append(texts(lines[len(lines)-149:]), "next"), texts(got))
}

func TestALineLargerThanAFileIsStored(t *testing.T) {
	dir := t.TempDir()
	l := open(t, logs.Options{Dir: dir, FileBytes: 100, Files: 4})
	l.Append(noon, logs.Stdout, strings.Repeat("x", 5000))
	l.Append(noon, logs.Stdout, "y")
	require.NoError(t, l.Close())
	lines := tail(t, open(t, logs.Options{Dir: dir}), 2)
	assert.Equal(t, []string{strings.Repeat("x", 5000), "y"}, texts(lines))
	_, names := stored(t, dir)
	assert.Len(t, names, 2)
}

// A crash leaves half a line, or garbage, at the end of the last file.
func TestWhatACrashLeftIsSkipped(t *testing.T) {
	for name, left := range map[string]string{
		"half a line":     `{"seq":3,"time":"2026-11-22T11:00:00Z","stream":"stdout","te`,
		"zeros":           strings.Repeat("\x00", 4096),
		"garbage, ended":  "garbage\n",
		"nothing":         "",
		"only a line end": "\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := open(t, logs.Options{Dir: dir})
			l.Append(noon, logs.Stdout, "one")
			l.Append(noon, logs.Stdout, "two")
			require.NoError(t, l.Close())
			f, err := os.OpenFile(filepath.Join(dir, "00000000000000000001.ndjson"), os.O_APPEND|os.O_WRONLY, 0)
			require.NoError(t, err)
			_, err = f.WriteString(left)
			require.NoError(t, errors.Join(err, f.Close()))

			l = open(t, logs.Options{Dir: dir})
			l.Append(noon, logs.Stdout, "three")
			lines := tail(t, l, 10)
			assert.Equal(t, []string{"one", "two", "three"}, texts(lines))
			assert.Equal(t, uint64(3), lines[2].Seq)
		})
	}
}

func TestForeignFilesAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"notes.txt", "1.ndjson", "00000000000000000000.ndjson", "xxxxxxxxxxxxxxxxxxxx.ndjson"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("x\n"), 0o600))
	}
	l := open(t, logs.Options{Dir: dir, FileBytes: 1, Files: 2})
	for range 10 {
		l.Append(noon, logs.Stdout, "x")
	}
	require.NoError(t, l.Close())
	_, names := stored(t, dir)
	assert.Len(t, names, 6)
}

func TestOpenFailsWithAReason(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := logs.Open(logs.Options{Dir: filepath.Join(file, "log")})
	assert.ErrorIs(t, err, syscall.ENOTDIR)
}

func TestLinesAreOnDiskSoonAndAnIdleLogSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		l, err := logs.Open(logs.Options{Dir: dir})
		require.NoError(t, err)
		defer l.Close()
		l.Append(noon, logs.Stdout, "hello")
		synctest.Wait()
		content, _ := stored(t, dir)
		assert.Empty(t, content, "lines are gathered")
		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		content, _ = stored(t, dir)
		assert.Contains(t, content, "hello")
	})
}

// F2: a flood is cut to the rate, one line tells how much is missing, and the disk stays bounded.
func TestFloodIsCutToTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		const rate = 10_000
		l, err := logs.Open(logs.Options{Dir: dir, BytesPerSecond: rate})
		require.NoError(t, err)
		defer l.Close()
		const perSecond, seconds = 1000, 20
		for range seconds {
			for range perSecond {
				l.Append(noon, logs.Stdout, strings.Repeat("x", 100))
			}
			l.Append(noon, logs.Host, "never limited")
			time.Sleep(time.Second)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		lines := tail(t, l, 10_000)
		content, _ := stored(t, dir)
		assert.Less(t, len(content), (seconds+4+2)*rate+seconds*500)
		assert.Greater(t, len(content), seconds*rate/2)
		kept, dropped, reports, own := 0, 0, 0, 0
		for _, line := range lines {
			var n int
			switch {
			case line.Stream == logs.Stdout:
				kept++
			case line.Text == "never limited":
				own++
			default:
				_, err := fmt.Sscanf(line.Text, "%d lines", &n)
				require.NoError(t, err, line.Text)
				assert.Contains(t, line.Text, "more output than 10000 bytes a second")
				dropped += n
				reports++
			}
		}
		assert.Equal(t, seconds, own)
		assert.Equal(t, seconds*perSecond, kept+dropped, "every line is kept or counted")
		assert.LessOrEqual(t, reports, seconds+2)
		assert.NotEqual(t, logs.Stdout, lines[len(lines)-1].Stream, "the end of the flood is told without another line")
	})
}

func TestRateCanBeChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, err := logs.Open(logs.Options{Dir: t.TempDir(), BytesPerSecond: 1000})
		require.NoError(t, err)
		defer l.Close()
		flood := func() int {
			before := len(tail(t, l, 10_000))
			for range 1000 {
				l.Append(noon, logs.Stdout, "x")
			}
			return len(tail(t, l, 10_000)) - before
		}
		assert.Less(t, flood(), 60)
		l.SetRate(100_000)
		time.Sleep(10 * time.Second)
		assert.GreaterOrEqual(t, flood(), 1000)
		l.SetRate(0)
		time.Sleep(10 * time.Second)
		assert.GreaterOrEqual(t, flood(), 1000, "the default")
	})
}

func drain(t *testing.T, lines <-chan logs.Line, n int) []logs.Line {
	t.Helper()
	var got []logs.Line
	for len(got) < n {
		select {
		case l, ok := <-lines:
			if !ok {
				return got
			}
			got = append(got, l)
		case <-time.After(30 * time.Second):
			t.Fatalf("only %d of %d lines came", len(got), n)
		}
	}
	return got
}

func TestFollowersMissNothingAndSeeNothingTwice(t *testing.T) {
	dir := t.TempDir()
	l := open(t, logs.Options{Dir: dir})
	for range 100 {
		l.Append(noon, logs.Stdout, "from disk")
	}
	require.NoError(t, l.Close())
	l = open(t, logs.Options{Dir: dir, BytesPerSecond: 1 << 30})
	const n = 3000
	go func() {
		for i := range n {
			l.Append(noon, logs.Stdout, fmt.Sprint(i))
		}
	}()
	for range 5 {
		lines := l.Follow(t.Context(), logs.MaxTail)
		for i, line := range drain(t, lines, 100+n) {
			require.Equal(t, uint64(i+1), line.Seq)
		}
	}
	two := drain(t, l.Follow(t.Context(), 2), 2)
	assert.Equal(t, []string{"2998", "2999"}, texts(two))
	live := l.Follow(t.Context(), 0)
	l.Append(noon, logs.Stderr, "live")
	assert.Equal(t, []string{"live"}, texts(drain(t, live, 1)))
}

func TestSlowFollowersAreToldWhatTheyMissed(t *testing.T) {
	l := open(t, logs.Options{Dir: t.TempDir(), BytesPerSecond: 1 << 30})
	slow := l.Follow(t.Context(), 0)
	const n = 20_000
	for i := range n {
		l.Append(noon, logs.Stdout, fmt.Sprint(i))
	}
	seen, missed := 0, 0
	last := uint64(0)
	for seen+missed < n {
		line := drain(t, slow, 1)[0]
		assert.Greater(t, line.Seq, last)
		last = line.Seq
		if line.Stream != logs.Host {
			seen++
			continue
		}
		var k int
		_, err := fmt.Sscanf(line.Text, "%d lines were left out", &k)
		require.NoError(t, err, line.Text)
		missed += k
	}
	assert.Equal(t, n, seen+missed)
	assert.Positive(t, missed)
	assert.Equal(t, uint64(n), last)
}

func TestFollowEndsWithItsContextOrTheLog(t *testing.T) {
	l := open(t, logs.Options{Dir: t.TempDir()})
	ctx, cancel := context.WithCancel(t.Context())
	mine, others, unread := l.Follow(ctx, 0), l.Follow(t.Context(), 0), l.Follow(t.Context(), 0)
	cancel()
	assert.Empty(t, drain(t, mine, 1))
	for range 1000 {
		l.Append(noon, logs.Stdout, "x")
	}
	got := make(chan int)
	go func() { got <- len(drain(t, others, 1001)) }()
	require.NoError(t, l.Close())
	assert.Equal(t, 1000, <-got, "who reads gets the last lines")
	assert.Less(t, len(drain(t, unread, 1001)), 1001, "who does not holds up nobody")
	_, ok := <-l.Follow(t.Context(), 10)
	assert.False(t, ok)
}
