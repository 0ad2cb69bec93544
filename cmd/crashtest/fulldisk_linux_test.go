package crashtest_test

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// smallDiskBytes holds the database with its reserve and a few plugins.
const smallDiskBytes = 320 << 20

// TestAFullDiskLosesNothing covers rows A10 and F2: a data folder on a disk of its own is filled, by plugins and by somebody else, while
// workers go on; the host is killed while it is full, opened while it is full, and opened when there is room again.
func TestAFullDiskLosesNothing(t *testing.T) {
	disk := smallDisk(t)
	h := newHarness(t, binary(t), filepath.Join(disk, "data"), kindHTML, kindWASM) // a Node plugin wants more room for packages
	for round := range uint64(3) {
		r := rand.New(rand.NewPCG(*seed, round))
		h.work(t, r) // with room: there is something to lose
		h.start()
		h.check(t)
		full := h.fill(t, disk)
		h.checkRefusals(t)
		h.killNow()
		h.launchFull(t)
		h.checkWhileFull(t)
		h.killNow()
		require.NoError(t, os.Remove(full))
		h.start()
		h.check(t)
		if t.Failed() {
			return
		}
	}
	h.removeEverything(t)
}

// smallDisk mounts a file system of its own.
func smallDisk(t *testing.T) string {
	dir := t.TempDir()
	err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=0755,size="+strconv.Itoa(smallDiskBytes))
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		t.Skip("a small disk cannot be mounted here")
	}
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, unix.Unmount(dir, unix.MNT_DETACH)) })
	return dir
}

// fill leaves no block free, and returns the file that must go for there to be room.
func (h *harness) fill(t *testing.T, disk string) string {
	t.Helper()
	path := filepath.Join(disk, "filler")
	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	for block := make([]byte, 256<<10); len(block) >= 1024; {
		if _, err := f.Write(block); err != nil {
			require.ErrorIs(t, err, unix.ENOSPC)
			block = block[:len(block)/2]
		}
	}
	return path
}

// checkRefusals finds everything that needs room refused by the one code, with nothing changed, and what makes room done.
func (h *harness) checkRefusals(t *testing.T) {
	t.Helper()
	c := h.with(h.token)
	large := append(pluginFiles(kindHTML, "large", "1.0.0"), file{"a/noise.bin", noise(1 << 20)})
	for name, a := range map[string]answer{
		"upload": c.do(http.MethodPost, "/api/v1/plugins", pack(large)),
		"member": c.do(http.MethodPost, "/api/v1/staff", map[string]any{"username": "other", "password": memberPassword, "role": "agent"}),
		"token":  c.do(http.MethodPost, "/api/v1/tokens", map[string]any{"name": "other", "scopes": []string{"plugins:read"}}),
	} {
		assert.Equal(t, "disk_full", a.code(), "%s: %s", name, a)
		assert.Equal(t, http.StatusInsufficientStorage, a.status, "%s: %s", name, a)
	}
	for _, p := range h.plugins {
		if !p.state.exists() {
			continue
		}
		a := c.do(http.MethodPatch, "/api/v1/plugins/"+p.name, map[string]string{"description": "no room for this"})
		assert.Equal(t, "disk_full", a.code(), "edit: %s", a)
	}
	assert.Equal(t, http.StatusNotFound, c.get("/api/v1/plugins/large").status)
}

func noise(n int) string {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

// launchFull starts the host while the disk is full. It must either start, or say that the disk is full and end.
func (h *harness) launchFull(t *testing.T) {
	t.Helper()
	h.launch()
	refused := false
	require.True(t, eventually(func() bool {
		select {
		case <-h.done:
			refused = true
			return true
		default:
			return h.ready()
		}
	}), "the host neither starts nor ends on a full disk: %s", h.log)
	if !refused {
		return
	}
	require.Contains(t, h.log.String(), "too full", "the host did not start, and says why")
	// Somebody makes a little room, without which no database can be opened.
	t.Log("the host asks for room before it starts")
	require.NoError(t, os.Truncate(filepath.Join(filepath.Dir(h.data), "filler"), h.fillerSize(t)-(40<<20)))
	h.start()
}

func (h *harness) fillerSize(t *testing.T) int64 {
	info, err := os.Stat(filepath.Join(filepath.Dir(h.data), "filler"))
	require.NoError(t, err)
	return info.Size()
}

// checkWhileFull finds what was acknowledged, though there is no room, and makes some in the way that an administrator would.
func (h *harness) checkWhileFull(t *testing.T) {
	t.Helper()
	c := h.with(h.token)
	checkChain(t, c, h.seen)
	for _, p := range h.plugins {
		if p.state.Installed == "" {
			continue
		}
		if p.state.Running {
			a := c.do(http.MethodPost, "/api/v1/plugins/"+p.name+"/stop?wait=true", nil)
			// A record of 1 KiB or more finds no room; then the answer says that it is stopped all the same.
			if assert.True(t, a.ok() || strings.Contains(string(a.body), "is stopped, but the disk is too full to record it"), "stop %s: %s", p.name, a) {
				p.state.Running = false
			}
		}
		a := c.do(http.MethodPost, "/api/v1/plugins/"+p.name+"/uninstall?wait=true", map[string]any{"keepData": false})
		if strings.Contains(string(a.body), `"disk_full"`) { // no block is free: where merging tables took the room of the next log, too, it is refused, and all stays as it was
			continue
		}
		if assert.True(t, a.ok(), "uninstall %s: %s", p.name, a) {
			p.state = plugin{Kept: p.state.Kept, Candidate: p.state.Candidate + onlyIf(p.state.Candidate == "", p.state.Installed)}
			p.note("uninstalled on the full disk")
		}
	}
	if s := &h.people.state; s.Role != "" {
		a := c.do(http.MethodDelete, "/api/v1/staff/"+member, nil)
		if a.code() != "disk_full" && assert.True(t, a.ok(), "delete member: %s", a) {
			s.Role, s.Given = "", false
		}
	}
	if err := h.orphans(h.former); err != nil {
		assert.NoError(t, err)
	}
}

func onlyIf(yes bool, s string) string {
	if yes {
		return s
	}
	return ""
}
