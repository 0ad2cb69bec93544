package host_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/audit"
	"appzone/host/fault"
)

// trail is all of it, oldest first.
func (r *rig) trail(f audit.Filter) (out []audit.Entry) {
	r.Helper()
	head, err := r.AuditHead(r.Context())
	require.NoError(r, err)
	for last := uint64(0); last < head.Seq; {
		lines, at, err := r.AuditLines(r.Context(), f, last, head.Seq)
		require.NoError(r, err)
		require.Greater(r, at, last)
		last = at
		for _, line := range bytes.Split(bytes.TrimSuffix(lines, []byte("\n")), []byte("\n")) {
			var e audit.Entry
			if len(line) > 0 {
				require.NoError(r, json.Unmarshal(line, &e))
				out = append(out, e)
			}
		}
	}
	return out
}

// whole checks the chain.
func (r *rig) whole() audit.Report {
	r.Helper()
	report, err := r.VerifyAudit(context.Background(), nil)
	require.NoError(r, err)
	require.True(r, report.OK, report.Reason)
	return report
}

var (
	denied  = audit.Filter{Outcome: audit.Denied}
	scanned = host.Act{Kind: host.KindDenied, Subject: "installPlugin", Code: "missing_scope"}
)

func from(address string) host.Actor { return host.Actor{Origin: host.Origin{Address: address}} }

// inBubble runs a test of a host whose clock stands still until everybody waits.
func inBubble(t *testing.T, change func(*host.Config), test func(*rig)) {
	t.Helper()
	newRig(t, nil).Close() // what lives as long as the process begins outside
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, change)
		defer r.Close()
		test(r)
		r.whole()
	})
}

func TestWhatWaitsIsWrittenAtTheEnd(t *testing.T) {
	r := newRig(t, nil)
	for range 10 {
		r.Refused(from("203.0.113.1"), scanned)
	}
	r.Counted(host.Origin{Address: "203.0.113.9"}, host.Act{Kind: host.KindDenied, Code: "unauthenticated"})
	r.reboot(nil)
	counted := 0
	for _, e := range r.trail(denied) {
		counted += max(1, int(e.Count))
	}
	assert.Equal(t, 11, counted)
	r.whole()
}

func TestFailedActsAreInTheTrail(t *testing.T) {
	r := newRig(t, func(c *host.Config) { c.Runtimes = []host.Runtime{ownRuntime{entry: "failing"}} })
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	installed := r.install("p", true)
	require.Equal(t, host.JobFailed, installed.State)
	job, err := r.Start(t.Context(), "p", admin)
	require.NoError(t, err)
	require.Equal(t, host.JobFailed, r.wait(job).State)
	failed := audit.Filter{Outcome: audit.Failed}
	require.Eventually(t, func() bool { return len(r.trail(failed)) == 2 }, 10*time.Second, 5*time.Millisecond)
	for i, want := range []string{"plugin.install", "plugin.start"} {
		e := r.trail(failed)[i]
		assert.Equal(t, []string{want, "p", "admin"}, []string{e.Kind, e.Plugin, e.Actor})
		assert.NotEmpty(t, e.Code)
	}
}

// The log is told where the chain ends, every hour in which that changed, and at the end.
func TestTheHeadGoesToTheLog(t *testing.T) {
	var text lockedBuffer
	heads := func() (out []string) {
		for _, line := range strings.Split(text.String(), "\n") {
			var l struct {
				Msg, Hash string
				Seq       uint64
			}
			if json.Unmarshal([]byte(line), &l) == nil && l.Msg == "audit head" {
				out = append(out, audit.Head{Seq: l.Seq, Hash: l.Hash}.String())
			}
		}
		return out
	}
	inBubble(t, func(c *host.Config) { c.Logger = slog.New(slog.NewJSONHandler(&text, nil)) }, func(r *rig) {
		time.Sleep(5 * time.Hour)
		synctest.Wait()
		require.Len(r, heads(), 1, "it changed once")
		_, err := r.CreateToken(r.Context(), host.TokenRequest{Name: "t", Scopes: []string{"*"}}, admin)
		require.NoError(r, err)
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Len(r, heads(), 2)
		r.Refused(admin, scanned)
		r.Close()
		require.Len(r, heads(), 3)
		for _, text := range heads() {
			kept, err := audit.ParseHead(text)
			require.NoError(r, err)
			report, err := r.VerifyAudit(context.Background(), &kept)
			require.NoError(r, err)
			assert.True(r, report.OK, report.Reason)
		}
	})
}

// Old entries go, in batches, and what is left is a whole chain whose beginning is said in it.
func TestOldEntriesAreRemoved(t *testing.T) {
	const kept = 100
	keep := func(c *host.Config) { c.AuditKept = kept }
	inBubble(t, keep, func(r *rig) {
		first, err := r.AuditHead(r.Context())
		require.NoError(r, err)
		act := func(n int) {
			for i := range n {
				made, err := r.CreateToken(r.Context(), host.TokenRequest{Name: fmt.Sprint("t", i), Scopes: []string{"*"}}, admin)
				require.NoError(r, err)
				require.NoError(r, r.DeleteToken(r.Context(), made.ID, admin))
			}
		}
		for range 3 {
			act(60)
			time.Sleep(time.Minute)
			synctest.Wait()
			report := r.whole()
			assert.LessOrEqual(r, report.Entries, uint64(kept))
			assert.Greater(r, report.Entries, uint64(kept*9/10))
			assert.NotZero(r, report.Base.Seq)
		}
		trims := r.trail(audit.Filter{Kind: audit.KindTrimmed})
		require.NotEmpty(r, trims)
		assert.Equal(r, "host", trims[0].Actor)
		report, err := r.VerifyAudit(r.Context(), &first)
		require.NoError(r, err)
		assert.False(r, report.OK, "what was removed cannot be confirmed")

		head, err := r.AuditHead(r.Context())
		require.NoError(r, err)
		r.reboot(keep)
		act(60)
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.LessOrEqual(r, r.whole().Entries, uint64(kept))
		report, err = r.VerifyAudit(r.Context(), &head)
		require.NoError(r, err)
		assert.NotNil(r, report.HeadFound)
	})
}

// Whoever writes to the database is found out.
func TestEditsOfTheDatabaseAreFound(t *testing.T) {
	type raw = json.RawMessage
	key := func(seq int) string { return fmt.Sprintf("%020d", seq) }
	edit := func(w host.Writer, seq int, old, new string) {
		var text raw
		require.NoError(t, w.Get("audit", key(seq), &text))
		changed := strings.Replace(string(text), old, new, 1)
		require.NotEqual(t, string(text), changed)
		require.NoError(t, w.Put("audit", key(seq), raw(changed)))
	}
	for name, do := range map[string]func(host.Writer){
		"edited":            func(w host.Writer) { edit(w, 3, `"admin"`, `"bob"`) },
		"another time":      func(w host.Writer) { edit(w, 3, `"time":"2`, `"time":"3`) },
		"removed":           func(w host.Writer) { require.NoError(t, w.Delete("audit", key(3))) },
		"the start removed": func(w host.Writer) { require.NoError(t, w.Delete("audit", key(1))) },
		"the end removed":   func(w host.Writer) { require.NoError(t, w.Delete("audit", key(6))) },
		"swapped": func(w host.Writer) {
			var a, b raw
			require.NoError(t, w.Get("audit", key(3), &a))
			require.NoError(t, w.Get("audit", key(4), &b))
			require.NoError(t, w.Put("audit", key(4), a))
			require.NoError(t, w.Put("audit", key(3), b))
		},
		"renamed": func(w host.Writer) {
			var a raw
			require.NoError(t, w.Get("audit", key(6), &a))
			require.NoError(t, w.Delete("audit", key(6)))
			require.NoError(t, w.Put("audit", key(7), a))
		},
		"added":        func(w host.Writer) { require.NoError(t, w.Put("audit", key(3)+"x", raw(`{}`))) },
		"not an entry": func(w host.Writer) { require.NoError(t, w.Put("audit", key(4), "text")) },
		"all anew": func(w host.Writer) {
			var head audit.Head
			for seq := 1; seq <= 6; seq++ {
				var e audit.Entry
				require.NoError(t, w.Get("audit", key(seq), &e))
				e.Address = "198.51.100.1"
				require.NoError(t, e.Follow(head))
				head = e.Head()
				require.NoError(t, w.Put("audit", key(seq), e))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			for range 4 {
				_, err := r.CreateToken(t.Context(), host.TokenRequest{Name: "t", Scopes: []string{"*"}}, admin)
				require.NoError(t, err)
			}
			kept, err := r.AuditHead(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 6, kept.Seq)
			require.NoError(t, r.store.Update(t.Context(), func(w host.Writer) error { do(w); return nil }))
			report, err := r.VerifyAudit(t.Context(), &kept)
			require.NoError(t, err)
			assert.False(t, report.OK)
			assert.NotEmpty(t, report.Reason)
		})
	}
}

// What is written meanwhile is no false alarm, and a change that did not come about has no entry.
func TestAppendsWhileTheChainIsChecked(t *testing.T) {
	r := newRig(t, nil)
	var writers sync.WaitGroup
	for i := range 4 {
		writers.Go(func() {
			for range 20 {
				made, err := r.CreateToken(t.Context(), host.TokenRequest{Name: fmt.Sprint("t", i), Scopes: []string{"*"}}, admin)
				assert.NoError(t, err)
				assert.NoError(t, r.DeleteToken(t.Context(), made.ID, admin))
				assert.Error(t, r.DeleteToken(t.Context(), made.ID, admin))
				r.Refused(from(fmt.Sprint("203.0.113.", i)), scanned)
			}
		})
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	for working := true; working; {
		select {
		case <-done:
			working = false
		default:
			r.whole()
		}
	}
	assert.Len(t, r.trail(audit.Filter{Kind: "token."}), 160)
	head, err := r.AuditHead(t.Context())
	require.NoError(t, err)
	report, err := r.VerifyAudit(t.Context(), &head)
	require.NoError(t, err)
	assert.True(t, *report.HeadFound)
}

// slowStore calls scan, if there is one, before the audit trail is read. The host's own goroutines read the store meanwhile.
type slowStore struct {
	host.Store
	scan *atomic.Pointer[func()]
}

type slowReader struct {
	host.Reader
	scan *func()
}

func (s slowStore) View(ctx context.Context, fn func(host.Reader) error) error {
	return s.Store.View(ctx, func(r host.Reader) error { return fn(slowReader{r, s.scan.Load()}) })
}

func (r slowReader) Scan(table, prefix, after string, fn func(string, func(any) error) (bool, error)) error {
	if table == "audit" && r.scan != nil {
		(*r.scan)()
	}
	return r.Reader.Scan(table, prefix, after, fn)
}

func TestACheckEndsWithItsContextAndRunsAlone(t *testing.T) {
	var scan atomic.Pointer[func()]
	r := newRig(t, func(c *host.Config) { c.Store = slowStore{c.Store, &scan} })
	ctx, cancel := context.WithCancel(t.Context())
	during := func() {
		cancel()
		_, err := r.VerifyAudit(t.Context(), nil)
		assert.Equal(t, "verify_busy", fault.CodeOf(err))
	}
	scan.Store(&during)
	_, err := r.VerifyAudit(ctx, nil)
	assert.ErrorIs(t, err, context.Canceled)
	scan.Store(nil)
	r.whole()
}

// lockedBuffer is a log that is read while it is written.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
