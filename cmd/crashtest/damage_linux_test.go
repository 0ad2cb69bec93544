package crashtest_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestADamagedDatabaseIsRefusedOrWhole covers row A10 with the product's own binary, on files of every kind: it starts with everything that was
// acknowledged, or says which file is damaged and what to do, and ends. Package store has the many random damages.
func TestADamagedDatabaseIsRefusedOrWhole(t *testing.T) {
	h := newHarness(t, binary(t), filepath.Join(t.TempDir(), "data"), kindHTML)
	r := rand.New(rand.NewPCG(*seed, 0))
	h.work(t, r)
	h.start()
	h.check(t)
	h.terminate()
	good := filepath.Join(t.TempDir(), "store")
	store := filepath.Join(h.data, "store")
	require.NoError(t, os.CopyFS(good, os.DirFS(store)))
	refused, seen := 0, h.seen
	for _, name := range names(good) {
		for what, harm := range map[string]func(path string, content []byte) error{
			"flipped": func(path string, b []byte) error {
				b[r.IntN(used(b))] ^= 1 << r.IntN(8)
				return os.WriteFile(path, b, 0o600)
			},
			"cut":                  func(path string, b []byte) error { return os.Truncate(path, int64(r.IntN(used(b)))) },
			"replaced by a folder": func(path string, _ []byte) error { return os.Mkdir(path, 0o700) },
			"unreadable":           func(path string, b []byte) error { return os.WriteFile(path, b, 0o000) },
		} {
			if what == "unreadable" && os.Getuid() == 0 {
				continue // nothing is, to root
			}
			require.NoError(t, os.RemoveAll(store))
			require.NoError(t, os.CopyFS(store, os.DirFS(good)))
			path := filepath.Join(store, name)
			content, err := os.ReadFile(path)
			require.NoError(t, err)
			if used(content) == 0 && what != "replaced by a folder" {
				continue
			}
			if strings.HasPrefix(what, "replaced") || what == "unreadable" {
				require.NoError(t, os.Remove(path))
			}
			require.NoError(t, harm(path, content))
			if h.refuses(t, name+" "+what) {
				refused++
				continue
			}
			h.wholeOrTold(t, name+" "+what, seen)
			h.terminate()
		}
	}
	assert.Greater(t, refused, 5)
}

// wholeOrTold finds everything as it was, or told as unreadable where it is read: value logs are too large to be read at each start.
func (h *harness) wholeOrTold(t *testing.T, what string, seen trailHead) {
	t.Helper()
	c := h.with(h.token)
	checkChain(t, c, seen)
	assert.NoError(t, h.people.compare(h.zone, c, h.people.state), what)
	for _, p := range h.plugins {
		if err := p.compare(h.zone, c, p.state); err != nil {
			assert.Regexp(t, "content_unreadable|database_damaged", err.Error(), what)
		}
	}
}

// used is the length without the zeros at the end.
func used(b []byte) int { return len(strings.TrimRight(string(b), "\x00")) }

var namesAFile = regexp.MustCompile(`its (file|table) \S+ |\d{6}\.(sst|vlog|mem)|changes are lost`)

// refuses tells whether the host ends at its start, which it must explain.
func (h *harness) refuses(t *testing.T, what string) bool {
	t.Helper()
	h.launch()
	ended := false
	require.True(t, eventually(func() bool {
		select {
		case <-h.done:
			ended = true
			return true
		default:
			return h.ready()
		}
	}), "%s: the host neither starts nor ends", what)
	if !ended {
		return false
	}
	text := h.log.String()
	h.cmd = nil
	assert.NotContains(t, text, "goroutine ", "%s: a panic", what)
	assert.Regexp(t, namesAFile, text, what)
	assert.True(t, strings.Contains(text, "appzone doctor") || strings.Contains(text, "owner and mode"), "%s: what to do: %s", what, text)
	return true
}
