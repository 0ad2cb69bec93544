package runtimetest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/logs"
	"appzone/host/storetest"
)

// patience bounds every wait of the suite; it is long because machines that run tests are slow.
const patience = 60 * time.Second

// rig is a host with one plugin of the subject.
type rig struct {
	t       *testing.T
	subject Subject
	host    *host.Host
	dir     string
	id      string
}

var admin = host.Actor{User: "admin", Role: host.RoleAdmin}

// newRig opens a host in a folder of its own.
func newRig(t *testing.T, s Subject) *rig {
	t.Helper()
	r := &rig{t: t, subject: s, dir: t.TempDir()}
	r.open(storetest.Memory())
	return r
}

func (r *rig) open(store host.Store) {
	r.t.Helper()
	h, err := host.Open(r.t.Context(), host.Config{
		DataDir: r.dir, Store: store, Runtimes: []host.Runtime{r.subject.Runtime}, AdminPassword: "only for the test",
		Backoff: host.Backoff{First: 200 * time.Millisecond, Budget: 3},
	})
	require.NoError(r.t, err)
	r.host = h
	r.t.Cleanup(h.Close)
}

// install takes the program in and installs it without starting it.
func (r *rig) install(b Behaviour, more map[string]any) {
	r.t.Helper()
	r.id = r.installNamed("Conformance", b, more)
}

func (r *rig) installNamed(name string, b Behaviour, more map[string]any) string {
	r.t.Helper()
	ctx := r.t.Context()
	u, err := r.host.Receive(ctx, bytes.NewReader(r.subject.bundle(r.t, name, b, more)))
	require.NoError(r.t, err)
	defer u.Close()
	view, _, err := r.host.Accept(ctx, u, admin)
	require.NoError(r.t, err)
	plan, err := r.host.Plan(ctx, view.ID, "")
	require.NoError(r.t, err)
	start := false
	job, err := r.host.Install(ctx, view.ID, host.InstallRequest{Grants: host.GrantChoice{Requested: true}, Start: &start}, plan.ETag, admin)
	require.NoError(r.t, err)
	r.succeed(job)
	return view.ID
}

// wait returns the job at its end.
func (r *rig) wait(job host.Job) host.Job {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	job, err := r.host.WaitJob(ctx, job.ID)
	require.NoError(r.t, err)
	require.True(r.t, job.State.Ended(), "job %s %s is still %s", job.Kind, job.ID, job.State)
	return job
}

func (r *rig) succeed(job host.Job) {
	r.t.Helper()
	job = r.wait(job)
	require.Equal(r.t, host.JobSucceeded, job.State, "job %s: %+v\n%s", job.Kind, job.Error, strings.Join(job.Output, "\n"))
}

// do begins an operation.
func (r *rig) do(op func(context.Context, string, host.Actor) (host.Job, error)) host.Job {
	r.t.Helper()
	job, err := op(r.t.Context(), r.id, admin)
	require.NoError(r.t, err)
	return job
}

func (r *rig) start()   { r.t.Helper(); r.succeed(r.do(r.host.Start)) }
func (r *rig) stop()    { r.t.Helper(); r.succeed(r.do(r.host.Stop)) }
func (r *rig) restart() { r.t.Helper(); r.succeed(r.do(r.host.Restart)) }

func (r *rig) view() host.PluginView {
	r.t.Helper()
	v, err := r.host.Plugin(context.Background(), r.id)
	require.NoError(r.t, err)
	return v
}

// eventually waits until the plugin's state is as wanted.
func (r *rig) eventually(state host.State) host.PluginView {
	r.t.Helper()
	require.Eventually(r.t, func() bool { return r.view().State == state }, patience, 10*time.Millisecond,
		"state is %s", r.view().State)
	return r.view()
}

// get asks the plugin as a proxy would.
func (r *rig) get(path string) (string, error) {
	return get(context.Background(), r.host, r.id, path)
}

func (r *rig) mustGet(path, want string) {
	r.t.Helper()
	body, err := r.get(path)
	require.NoError(r.t, err)
	require.Equal(r.t, want, body)
}

// get asks like a proxy: where the instance has just ended and nothing was sent, it asks for the next one.
func get(ctx context.Context, h *host.Host, id, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		up, release, err := h.Acquire(ctx, id)
		if err != nil {
			return "", err
		}
		conn, err := up.Dial(ctx)
		if err != nil {
			release()
			select {
			case <-up.Done():
				continue
			case <-ctx.Done():
				return "", err
			}
		}
		defer release()
		return ask(ctx, conn, path)
	}
}

func ask(ctx context.Context, conn net.Conn, path string) (string, error) {
	tr := &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil }}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://plugin"+path, nil)
	if err != nil {
		return "", err
	}
	resp, err := tr.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %s", resp.StatusCode, body)
	}
	return strings.TrimSpace(string(body)), err
}

// lines are what the plugin itself wrote.
func (r *rig) lines(n int) []logs.Line {
	r.t.Helper()
	all, err := r.host.LogTail(context.Background(), r.id, n)
	require.NoError(r.t, err)
	return all
}

// leftovers are the processes of the plugin that still live, and the files of instances that were not removed.
func (r *rig) leftovers() []string {
	var out []string
	for _, dir := range []string{"run", "marks", "private"} {
		entries, _ := os.ReadDir(filepath.Join(r.dir, dir))
		for _, e := range entries {
			out = append(out, dir+"/"+e.Name())
		}
	}
	return out
}
