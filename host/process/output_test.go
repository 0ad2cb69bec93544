package process_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"appzone/host/process"
)

func TestLinesKeepTheirOrder(t *testing.T) {
	spec, out := shell("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; printf last")
	run(t, spec)
	var want strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&want, "line %d\n", i)
	}
	assert.Equal(t, want.String()+"last\n", out.text())
}

func TestLinesAreCut(t *testing.T) {
	const most = 16 << 10
	tests := map[string]struct {
		script string
		want   []int // lengths
	}{
		"empty lines":         {`printf 'a\n\nb\n'`, []int{1, 0, 1}},
		"no line end":         {`printf abc`, []int{3}},
		"exactly the most":    {`head -c 16384 /dev/zero; echo`, []int{most}},
		"one more":            {`head -c 16385 /dev/zero; echo`, []int{most, 1}},
		"several times":       {`head -c 40000 /dev/zero`, []int{most, most, 40000 - 2*most}},
		"the most, then more": {`head -c 16384 /dev/zero; echo; echo abc`, []int{most, 3}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			spec, out := shell(test.script)
			run(t, spec)
			var lengths []int
			for _, line := range out.all {
				assert.Equal(t, process.Stdout, line.Stream)
				assert.False(t, line.Time.IsZero())
				lengths = append(lengths, len(line.Text))
			}
			assert.Equal(t, test.want, lengths)
		})
	}
}

// F2: log exhaustion.
func TestFloodIsDroppedAndCounted(t *testing.T) {
	const rate = 20_000
	spec, out := shell("echo first; head -c 2000000 /dev/zero | tr '\\0' 'x' | fold -w 99; echo last")
	spec.Limits.LogBytesPerSecond = rate
	began := time.Now()
	run(t, spec)
	took := time.Since(began)
	text := out.text()
	assert.Less(t, float64(len(text)), rate*(took.Seconds()+3)+1000)
	assert.True(t, strings.HasPrefix(text, "first\n"))
	assert.Contains(t, text, "bytes) were dropped here: more than 20000 bytes per second]")
}

// F2: whatever a flood looks like, the writer waits and the host does not.
func TestFloodsAreSlowedDown(t *testing.T) {
	for name, script := range map[string]string{"of lines": "exec yes", "without a line end": "exec tr '\\0' x </dev/zero"} {
		t.Run(name, func(t *testing.T) {
			spec, out := shell(script)
			spec.Limits.LogBytesPerSecond = 1000
			p := start(t, spec)
			time.Sleep(500 * time.Millisecond)
			p.Kill()
			all := out.all[len(out.all)-1].Text
			var lines, bytes int
			_, err := fmt.Sscanf(all, "[%d lines (%d bytes) were dropped", &lines, &bytes)
			require.NoError(t, err, all)
			assert.Less(t, bytes, 16<<20, "not as fast as a pipe goes")
		})
	}
}

func TestOutputIsNotCalledTwiceAtOnce(t *testing.T) {
	spec, _ := shell("(yes out | head -n 3000) & yes err | head -n 3000 >&2; wait")
	count := 0
	spec.Output = func(process.Line) { count++ } // the race detector watches
	run(t, spec)
	assert.Equal(t, 6000, count)
}

// A process that left the tree may hold the pipe: the end must not wait for it.
func TestASlowReaderHoldsTheWriterBack(t *testing.T) {
	spec, _ := shell("yes | head -c 400000")
	lines := 0
	spec.Output = func(process.Line) {
		if lines++; lines%2000 == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	require.Equal(t, 0, run(t, spec).Code)
	assert.Equal(t, 200000, lines)
}

// However the bytes arrive, the lines are the same, none is too long and nothing is lost.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a\n\nb"), 1)
	f.Add([]byte(strings.Repeat("x", 16<<10)+"\n\n"), 16<<10)
	f.Add([]byte(strings.Repeat("x", 16<<10+1)), 5)
	f.Fuzz(func(t *testing.T, text []byte, at int) {
		at = min(max(at, 0), len(text))
		whole, parts := process.CutLines(text), process.CutLines(text[:at], text[at:])
		assert.Equal(t, whole, parts)
		for _, line := range whole {
			assert.LessOrEqual(t, len(line), 16<<10)
			assert.NotContains(t, line, "\n")
		}
		assert.Equal(t, strings.ReplaceAll(string(text), "\n", ""), strings.Join(whole, ""))
	})
}

// F2, G5: whatever a flood looks like, and however many there are at once, reading it takes the host little time. The
// last two are those that cost it most: lines of one letter, and letters that are written one by one.
func TestFloodsCostTheHostLittle(t *testing.T) {
	hostTime := func() time.Duration {
		var u unix.Rusage
		require.NoError(t, unix.Getrusage(unix.RUSAGE_SELF, &u))
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	for name, script := range map[string]string{
		"500 MB a second":         "exec head -c 500G /dev/zero",
		"long lines":              "while :; do head -c 1M /dev/zero | tr '\\0' x; echo; done",
		"both streams":            "yes out & exec yes err >&2",
		"empty lines":             "exec yes ''",
		"letter by letter":        "while :; do printf x; done",
		"line by line, unbounded": "while :; do echo x; done",
	} {
		t.Run(name, func(t *testing.T) {
			const floods = 8
			var all []*process.Process
			for range floods {
				spec, _ := shell(script)
				spec.Limits.LogBytesPerSecond = 1 << 20
				spec.Output = func(process.Line) {}
				all = append(all, start(t, spec))
			}
			n := neighbour(t)
			began, before := time.Now(), hostTime()
			time.Sleep(time.Second)
			share := 100 * (hostTime() - before).Seconds() / time.Since(began).Seconds()
			t.Logf("%d of them take %.0f%% of a processor, the neighbour's visitor included", floods, share)
			assert.Less(t, share, 100.0)
			n.end(t)
			for _, p := range all {
				p.Kill()
			}
		})
	}
}
