package crashtest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// trailHead is an entry of the audit trail that was seen.
type trailHead struct {
	Seq  uint64
	Hash string
}

// checkChain finds the trail whole, and what was seen before still in it.
func checkChain(t *testing.T, c *client, seen trailHead) trailHead {
	t.Helper()
	path := "/api/v1/audit/verify"
	if seen.Seq > 0 {
		path += fmt.Sprintf("?head=%d:%s", seen.Seq, seen.Hash)
	}
	var report struct {
		OK     bool
		Reason string
		Head   trailHead
	}
	a := c.get(path)
	require.True(t, a.ok(), "%s", a)
	require.NoError(t, a.json(&report))
	require.True(t, report.OK, "the audit trail is broken: %s", report.Reason)
	return report.Head
}

// checkEntries finds an entry after seen for every act that was acknowledged.
func checkEntries(t *testing.T, c *client, seen trailHead, acknowledged []string) {
	t.Helper()
	found := map[string]int{}
	cursor := ""
	for more := true; more; {
		var page struct {
			Items []struct {
				Seq                            uint64
				Kind, Outcome, Plugin, Subject string
				Time                           time.Time
			}
			Next string
		}
		a := c.get("/api/v1/audit?limit=500&outcome=done&cursor=" + cursor)
		require.True(t, a.ok(), "%s", a)
		require.NoError(t, a.json(&page))
		for _, e := range page.Items {
			if e.Seq <= seen.Seq {
				page.Next = ""
				break
			}
			found[e.Kind]++
			if e.Plugin+e.Subject != "" {
				found[e.Kind+" "+e.Plugin+e.Subject]++
			}
		}
		cursor, more = page.Next, page.Next != ""
	}
	want := map[string]int{}
	for _, act := range acknowledged {
		want[act]++
	}
	for act, n := range want {
		assert.GreaterOrEqual(t, found[act], n, "audit entries %q", act)
	}
}

// checkJobs finds no job of a former host that goes on, and those that there are newest first. What a host begins itself may be of the
// present one.
func checkJobs(t *testing.T, c *client) {
	t.Helper()
	var page struct {
		Items []struct{ ID, Kind, Plugin, State, Actor string }
	}
	a := c.do(http.MethodGet, "/api/v1/jobs?limit="+strconv.Itoa(200), nil)
	require.True(t, a.ok(), "%s", a)
	require.NoError(t, a.json(&page))
	for n, job := range page.Items {
		if job.Kind != "rollback" || job.Actor != "host" {
			assert.Contains(t, ended, job.State, "%s of %s after the restart", job.Kind, job.Plugin)
		}
		if n > 0 {
			assert.Greater(t, page.Items[n-1].ID, job.ID, "jobs are newest first")
		}
	}
}

// ended are the states of jobs that are over.
var ended = []string{"succeeded", "failed", "cancelled"}

// idle returns an error while a job of the plugin goes on.
func idle(c *client, id string) error {
	var page struct {
		Items []struct{ Kind, Plugin, State string }
	}
	if err := c.get("/api/v1/jobs?limit=50").into(&page); err != nil {
		return err
	}
	for _, job := range page.Items {
		if job.Plugin == id && !slices.Contains(ended, job.State) {
			return fmt.Errorf("the job %s is %s", job.Kind, job.State)
		}
	}
	return nil
}
