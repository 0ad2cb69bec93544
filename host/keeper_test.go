package host_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/process"
)

// keeperPlugin keeps what it is sent, in its data and beside its code, and tells all of it with its version. What else it does is in
// its version: "-fail" ends at once, after it wrote; "-loop" ends soon after each start; "-twice" does so after its
// first two; "-slow" listens after a second; "-deaf" never does.
func keeperPlugin(args []string) int {
	version, data := os.Getenv("APPZONE_PLUGIN_VERSION"), os.Getenv("APPZONE_DATA_DIR")
	places := []string{filepath.Join(data, "kept"), filepath.Join(args[0], "kept.txt")}
	keep := func(text string) {
		for _, name := range places {
			f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
			if err != nil {
				fmt.Println(err)
				os.Exit(4)
			}
			_, _ = f.WriteString(text)
			_ = f.Close()
		}
	}
	switch {
	case strings.HasSuffix(version, "-fail"):
		keep(" failed")
		return 3
	case strings.HasSuffix(version, "-deaf"):
		time.Sleep(time.Hour)
	case strings.HasSuffix(version, "-slow"):
		time.Sleep(time.Second)
	case strings.HasSuffix(version, "-loop"):
		keep(" looped")
		time.AfterFunc(100*time.Millisecond, func() { os.Exit(5) })
	case strings.HasSuffix(version, "-twice"):
		keep(" life")
		if text, _ := os.ReadFile(places[0]); strings.Count(string(text), " life") <= 2 {
			time.AfterFunc(300*time.Millisecond, func() { os.Exit(5) })
		}
	}
	l, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		return 1
	}
	_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if body, _ := io.ReadAll(q.Body); len(body) > 0 {
			keep(string(body))
		}
		settings, _ := os.ReadFile(os.Getenv("APPZONE_SETTINGS_FILE"))
		said := kept{Version: version, Settings: string(settings)}
		for i, to := range []*string{&said.Data, &said.Beside} {
			text, _ := os.ReadFile(places[i])
			*to = string(text)
		}
		_ = json.NewEncoder(w).Encode(said)
	}))
	return 0
}

// kept is what a keeper tells.
type kept struct{ Version, Data, Beside, Settings string }

// keeperRuntime runs keepers.
type keeperRuntime struct {
	ownRuntime
	prepared *int // counts preparations
}

func (k keeperRuntime) Prepare(ctx context.Context, s host.Staged, p host.Progress) error {
	if k.prepared != nil {
		*k.prepared++
	}
	return k.ownRuntime.Prepare(ctx, s, p)
}

func (k keeperRuntime) Command(_ context.Context, s host.Staged, l host.Launch) (process.Spec, error) {
	return process.Spec{Entry: "keeper", Args: []string{l.AppDir}, Jail: process.Jail{SystemFiles: true, Network: process.NetworkHost,
		Overlay: &process.Overlay{Lower: s.CodeDir}}}, nil
}

// keeping is a rig with a keeper "p" of version 1.0.0 that runs and has kept "one".
func keeping(t *testing.T, change func(*host.Config)) *rig {
	t.Helper()
	r := newRig(t, keeperConfig(change))
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	assert.Equal(t, kept{"1.0.0", "one", "one", "{}"}, r.say("one"))
	return r
}

func keeperConfig(change func(*host.Config)) func(*host.Config) {
	return func(c *host.Config) {
		c.Runtimes = []host.Runtime{keeperRuntime{}}
		c.Trial = time.Hour
		c.RestartPlugins, c.RestartDelay = true, time.Nanosecond
		if change != nil {
			change(c)
		}
	}
}

// say sends the keeper "p" a text and returns what it tells.
func (r *rig) say(text string) (said kept) {
	r.Helper()
	require.NoError(r, r.trySay(r.Context(), text, &said))
	return said
}

func (r *rig) trySay(ctx context.Context, text string, said *kept) error {
	up, release, err := r.Acquire(ctx, "p")
	if err != nil {
		return err
	}
	defer release()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return up.Dial(ctx) }}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://p/", strings.NewReader(text))
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	return json.NewDecoder(res.Body).Decode(said)
}

// upgrade uploads the version and installs it.
func (r *rig) upgrade(version, parameters string, req host.InstallRequest) host.Job {
	r.Helper()
	r.mustUpload(fmt.Sprintf(script, "P", version, parameters))
	plan, err := r.Plan(r.Context(), "p", version)
	require.NoError(r, err)
	req.Version, req.Grants.Requested = version, true
	job, err := r.Install(r.Context(), "p", req, plan.ETag, admin)
	require.NoError(r, err)
	return r.wait(job)
}

func (r *rig) rollback(req host.RollbackRequest) host.Job {
	r.Helper()
	job, err := r.Rollback(r.Context(), "p", req, admin)
	require.NoError(r, err)
	return r.wait(job)
}

// snapshots are those on the disk.
func (r *rig) snapshots() []string {
	r.Helper()
	found, err := filepath.Glob(filepath.Join(r.dir, "plugins", "p", "snapshots", "*"))
	require.NoError(r, err)
	return found
}

// becomes waits for a version that is in the state.
func (r *rig) becomes(version string, state host.State) host.PluginView {
	r.Helper()
	var v host.PluginView
	require.Eventually(r, func() bool {
		v = r.view("p")
		return v.Version == version && v.State == state
	}, time.Minute, 5*time.Millisecond, "%s %s", version, state)
	return v
}

// versionOf is the manifest of the keeper's version.
func versionOf(version string) string { return fmt.Sprintf(script, "P", version, "") }
