//go:build !race

package sandbox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/manifest"
	"appzone/host/process"
	"appzone/sandbox/internal/wasmtest"
)

// G2: what a guest does to itself ends the guest, with one clear line.
func TestTrapsAreExplained(t *testing.T) {
	tests := map[string]struct {
		code  []byte
		cause string
		want  []string
	}{
		"out of bounds": {wasmtest.Trap(), "exited with code 134", []string{"wasm trap: out of bounds memory access\n", "    at "}},
		"recursion":     {wasmtest.Recurse(), "exited with code 134", []string{"wasm trap: stack overflow (calls in the guest nest too deep"}},
		"growth": {wasmtest.Grow(), "memory limit of 64 MB reached: exited with code 134", []string{
			"wasm trap: unreachable\n",
			"wasm out of memory: the guest asked for 64.1 MiB and its limit is 64.0 MiB; raise parameters.limits.memoryMB\n",
		}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			i := stage(t, tc.code).prepareAndRun()
			exit := i.end()
			assert.Equal(t, 134, exit.Code, "%s: %s", exit.Cause, i.output())
			assert.Equal(t, tc.cause, exit.Cause)
			for _, want := range tc.want {
				assert.Contains(t, i.output(), want)
			}
			assert.Less(t, strings.Count(i.output(), "\n"), 25, "bounded: %s", i.output())
			assert.NotContains(t, i.output(), "goroutine", "the engine itself did not fail")
		})
	}
}

// G2: a Go guest that asks for more than its limit ends, and the log says why.
func TestAGuestOutOfMemoryIsTold(t *testing.T) {
	i := prepared(t, "go").run()
	_, err := i.try("/grow")
	require.Error(t, err)
	exit := i.end()
	assert.Equal(t, 2, exit.Code, i.output())
	assert.Equal(t, process.LimitMemory, exit.Limit, exit.Cause)
	assert.Contains(t, i.output(), "raise parameters.limits.memoryMB")
}

// G2: neither loops nor calls without end outlive a kill, whatever they do inside the engine.
func TestEndlessGuestsAreKilled(t *testing.T) {
	for name, code := range map[string][]byte{
		"loop": wasmtest.Spin(), "calls": wasmtest.Exponential(60),
	} {
		t.Run(name, func(t *testing.T) {
			i := stage(t, code).prepareAndRun()
			select {
			case <-i.Done():
				t.Fatalf("it ended by itself: %s", i.output())
			case <-time.After(300 * time.Millisecond):
			}
			i.Kill()
			assert.Equal(t, "SIGKILL", i.Exit().Signal)
		})
	}
}

// G2, F10: an endless guest gets its share of CPU time and no more, by whatever this machine has.
func TestAnEndlessGuestIsHeldToItsShare(t *testing.T) {
	p := stage(t, wasmtest.Spin())
	require.NoError(t, p.prepare())
	spec, err := p.runtime.Command(t.Context(), p.staged, p.launch)
	require.NoError(t, err)
	spec.Limits.CPUPercent = 20
	i := p.start(spec)
	began := time.Now()
	time.Sleep(3 * time.Second)
	u, err := i.Usage()
	require.NoError(t, err)
	assert.Less(t, u.CPU, time.Since(began)*7/10, "it would have used all of one processor")
	i.Kill()
}

// A guest that does not serve cannot hear of a stop: it ends at once, and the grace is not
// waited for.
func TestStopEndsAGuestThatDoesNotServe(t *testing.T) {
	i := stage(t, wasmtest.Spin()).prepareAndRun()
	time.Sleep(300 * time.Millisecond)
	began := time.Now()
	i.Stop(30 * time.Second)
	assert.Less(t, time.Since(began), 15*time.Second)
	assert.Empty(t, i.Exit().Signal)
	assert.Equal(t, 143, i.Exit().Code)
}

// G5: a guest that floods its output keeps running and costs the host nothing but reading.
func TestOutputFloodIsPassedOn(t *testing.T) {
	i := stage(t, flood()).prepareAndRun()
	require.Eventually(t, func() bool { return strings.Count(i.output(), "flood\n") > 1000 }, 20*time.Second, 10*time.Millisecond)
	i.Kill()
	assert.Equal(t, "SIGKILL", i.Exit().Signal)
}

// flood is a module that writes lines for ever.
func flood() []byte {
	i := func(n int) []byte { return wasmtest.Join([]byte{0x41}, wasmtest.Int(n)) }
	const iovec, text, result = 0, 64, 128
	return wasmtest.Module{
		Pages: 1,
		Imports: []wasmtest.Import{{Module: "wasi_snapshot_preview1", Name: "fd_write", Type: wasmtest.Type{
			Params: []byte{wasmtest.I32, wasmtest.I32, wasmtest.I32, wasmtest.I32}, Results: []byte{wasmtest.I32},
		}}},
		Functions: []wasmtest.Function{{Export: "_start", Body: wasmtest.Join(
			[]byte{0x03, 0x40}, i(1), i(iovec), i(1), i(result), []byte{0x10, 0, 0x1a, 0x0c, 0, 0x0b})}},
		Data: []wasmtest.Data{
			{Offset: iovec, Bytes: []byte{text, 0, 0, 0, 6, 0, 0, 0}},
			{Offset: text, Bytes: []byte("flood\n")},
		},
	}.Bytes()
}

// The guest's exit code is the process's, and a failure never looks like success.
func TestExitCodesArePassedOn(t *testing.T) {
	for code, want := range map[int]int{0: 0, 3: 3, 255: 255, 256: 1, 512 + 7: 7} {
		exit := wasmtest.Module{
			Pages:   1,
			Imports: []wasmtest.Import{{Module: "wasi_snapshot_preview1", Name: "proc_exit", Type: wasmtest.Type{Params: []byte{wasmtest.I32}}}},
			Functions: []wasmtest.Function{{
				Export: "_start", Body: wasmtest.Join([]byte{0x41}, wasmtest.Int(code), []byte{0x10, 0}),
			}},
		}
		i := stage(t, exit.Bytes()).prepareAndRun()
		assert.Equal(t, want, i.end().Code, "exit(%d)", code)
		assert.Empty(t, i.output())
	}
}

// The limit that an administrator set counts, also where it is below what the module needs.
func TestMemoryLimitOfTheLaunchCounts(t *testing.T) {
	code := wasmtest.Module{Pages: 32, Functions: []wasmtest.Function{{Export: "_start"}}}.Bytes()
	p := stage(t, code, func(m *manifest.Manifest) { m.Parameters.Limits.MemoryMB = 2 })
	assert.Zero(t, p.prepareAndRun().end().Code)
	p.launch.MemoryBytes = 1 << 20
	i := p.run()
	assert.Equal(t, 126, i.end().Code)
	assert.Contains(t, i.output(), "the module starts with 2.0 MiB of memory and its limit is 1.0 MiB")
}

// G1, G5: the guest tries everything that could lead out of its folders.
func TestFilesAreConfined(t *testing.T) {
	p := prepared(t, "files")
	for link, target := range map[string]string{"data/planted": "/etc", "data/planted-file": "/etc/passwd"} {
		symlink(t, target, p.path(link))
	}
	p.write("settings.json", []byte("{}"))
	p.launch.SettingsFile = p.path("settings.json")
	i := p.run()
	exit := i.end()
	assert.Equal(t, 7, exit.Code, "the guest's own exit code; %s", i.output())
	for _, want := range []string{
		"argv 1 guest-script", "write /data/own: ok", "read /data/own: written", "write /tmp/own: ok",
		"read /app/readme: read me", "write /app/new: refused", "write /app/readme: refused",
		"read /etc/passwd: refused", "read /data/../../../etc/passwd: refused", "read ../etc/passwd: refused",
		"read /data/planted/passwd: refused", "read /data/planted-file: refused", "write /data/planted/evil: refused",
		"symlink /data/link: refused", "link /data/link: refused", "read /data/link/passwd: refused",
		"read /proc/self/environ: refused",
		"read /run/appzone/settings.json: {}", "write /run/appzone/settings.json: refused",
		"fill: no space", "open: bounded",
	} {
		assert.Contains(t, i.output(), want+"\n")
	}
	assert.NotContains(t, i.output(), "root:")
	assert.NoFileExists(t, "/etc/evil")
}
