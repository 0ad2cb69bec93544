package crashtest_test

import (
	"context"
	"flag"
	"maps"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/store"
)

var (
	kills = flag.Int("kills", 12, "how often TestRandomKills kills the host")
	seed  = flag.Uint64("seed", 1, "seed of what is random; the moments of kills differ with the machine all the same")
)

// TestRandomKills covers rows A10 and F1 with the product's own binary: workers change everything that can be changed over REST, at the
// same time; the host is killed at a random moment, also while it boots and while it stops. Whatever was acknowledged is there
// afterwards, whatever was not is there whole or not at all, and nothing is left over.
func TestRandomKills(t *testing.T) {
	h := newHarness(t, binary(t), filepath.Join(t.TempDir(), "data"), kindHTML, kindNode, kindWASM)
	h.actors = append(h.actors, &backups{})
	defer func() {
		for _, a := range h.actors {
			t.Log(a.summary())
		}
	}()
	h.install(t) // so that there is something to lose
	began := time.Now()
	for round := 1; round <= *kills && !t.Failed(); round++ {
		h.round(t, rand.New(rand.NewPCG(*seed, uint64(round))))
		t.Logf("kill %d of %d, after %s", round, *kills, time.Since(began).Round(time.Second))
	}
	if !t.Failed() {
		h.removeEverything(t)
	}
}

// harness is a zone with those who work on it.
type harness struct {
	*zone
	token  string
	actors []actor
	// plugins are the workers among the actors that have a plugin.
	plugins []*worker[plugin]
	people  *worker[people]
	// seen is the end of the audit trail when the present round began; former are processes of hosts that were killed.
	seen   trailHead
	former map[processKey]bool
	killed []int
	// long is the time for work in which, on this machine, everything can be done some times.
	long time.Duration
}

// newHarness starts a host with a plugin of each of the kinds, which is named after it.
func newHarness(t *testing.T, binary, data string, kinds ...string) *harness {
	h := &harness{zone: newZone(t, binary, data), people: newPeople(), former: map[processKey]bool{}}
	for _, kind := range kinds {
		p := newPlugin(kind, kind)
		h.plugins, h.actors = append(h.plugins, p), append(h.actors, p)
	}
	h.actors = append(h.actors, h.people)
	h.start()
	h.token = h.adminToken(t)
	h.seen = checkChain(t, h.with(h.token), h.seen)
	return h
}

// install installs a plugin of each kind, and starts it.
func (h *harness) install(t *testing.T) {
	t.Helper()
	began := time.Now()
	defer func() { h.long = min(4*time.Since(began), 20*time.Second) }()
	c := h.with(h.token)
	for _, p := range h.plugins {
		a := c.do(http.MethodPost, "/api/v1/plugins", pack(pluginFiles(p.name, p.name, "1.0.0")))
		require.True(t, a.ok(), "%s", a)
		plan := c.get("/api/v1/plugins/" + p.name + "/plan")
		a = c.do(http.MethodPost, "/api/v1/plugins/"+p.name+"/install?wait=true", map[string]any{"start": true}, "If-Match", plan.header.Get("ETag"))
		require.Equal(t, http.StatusOK, a.status, "%s", a)
		p.state = plugin{Kept: 1, Installed: "1.0.0", Running: p.name != kindHTML}
	}
}

// Within these times kills come: of a host that works, that boots, that stops.
const (
	workTime = 1500 * time.Millisecond
	bootTime = 500 * time.Millisecond
	stopTime = 300 * time.Millisecond
)

// round works, kills, opens again and checks.
func (h *harness) round(t *testing.T, r *rand.Rand) {
	h.work(t, r)
	for r.IntN(4) == 0 {
		h.launch()
		time.Sleep(rand.N(bootTime))
		h.killNow()
	}
	h.start()
	h.check(t)
}

// work lets everybody work until the host is killed.
func (h *harness) work(t *testing.T, r *rand.Rand) {
	var working sync.WaitGroup
	for _, a := range h.actors {
		c, own := h.with(h.token), rand.New(rand.NewPCG(r.Uint64(), 0))
		working.Go(func() { a.act(t, c, own) })
	}
	most := workTime
	if r.IntN(3) == 0 { // else what takes a while would never come to its end
		most = max(most, h.long)
	}
	time.Sleep(time.Duration(r.Int64N(int64(most))))
	if r.IntN(5) == 0 {
		h.hint()
		time.Sleep(time.Duration(r.Int64N(int64(stopTime))))
	}
	h.killNow()
	working.Wait()
}

// killNow kills the host and remembers what lived.
func (h *harness) killNow() {
	h.former = family(h.cmd.Process.Pid)
	h.killed = append(h.killed, h.cmd.Process.Pid)
	h.kill()
}

// check holds a host that was started again to everything that was promised.
func (h *harness) check(t *testing.T) {
	c := h.with(h.token)
	checkJobs(t, c)
	if err := h.orphans(h.former); err != nil {
		assert.NoError(t, err)
	}
	for _, pid := range h.killed {
		assert.NoError(t, groups(pid))
	}
	h.killed = nil
	assert.NoError(t, h.frozen())
	checkChain(t, c, h.seen)
	var done []string
	for _, a := range h.actors {
		a.check(t, h.zone, c)
		done = append(done, a.acknowledged()...)
	}
	checkEntries(t, c, h.seen, done)
	h.seen = checkChain(t, c, h.seen)
	var err error
	assert.True(t, eventually(func() bool { err = h.debris(h.belongings(c)); return err == nil }), "what is left over: %v", err)
}

// belongings is what may be on the disk now.
func (h *harness) belongings(c *client) belongings {
	b := belongings{versions: map[string]map[string]bool{}}
	for _, p := range h.plugins {
		if p.state.exists() {
			b.versions[p.name] = foldersOf(c, p.name)
		}
		if p.state.Running && p.state.Installed != "" && p.name != kindHTML {
			b.running++
		}
	}
	if h.people.state.Plugin {
		b.versions[givenPlugin] = foldersOf(c, givenPlugin)
	}
	return b
}

// foldersOf are the names of the folders that a plugin's versions may have: any of those that are kept may be the former one.
func foldersOf(c *client, id string) map[string]bool {
	var versions struct{ Items []struct{ Digest string } }
	folders := map[string]bool{}
	if c.get("/api/v1/plugins/"+id+"/versions").into(&versions) != nil {
		return folders
	}
	for _, v := range versions.Items {
		folders[v.Digest[:16]] = true
	}
	return folders
}

// removeEverything finds, at last, that nothing is left of plugins that were removed: no folder, no file in the database.
func (h *harness) removeEverything(t *testing.T) {
	c := h.with(h.token)
	for id := range maps.Keys(h.belongings(c).versions) {
		a := c.do("DELETE", "/api/v1/plugins/"+id+"?force=true", nil)
		require.True(t, a.ok(), "%s", a)
	}
	var err error
	none := belongings{versions: map[string]map[string]bool{}}
	assert.True(t, eventually(func() bool { err = h.debris(none); return err == nil }), "what is left over: %v", err)
	h.terminate()
	s, err := store.Open(context.Background(), store.Options{Dir: filepath.Join(h.data, "store")})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	freed, err := s.Blobs().Collect(context.Background(), func(func(host.Digest)) error { return nil })
	require.NoError(t, err)
	assert.Zero(t, freed, "bytes of files that belong to no version")
}
