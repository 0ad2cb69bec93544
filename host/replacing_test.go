package host_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

// send uploads a zip with other content for each text.
func (r *rig) send(version, text string, said ...host.Word) (host.PluginView, error) {
	r.Helper()
	u, err := r.Receive(r.Context(), bytes.NewReader(zipOf(r, fmt.Sprintf(html, "P", version, ""), map[string]string{"text": text})))
	require.NoError(r, err)
	defer u.Close()
	view, _, err := r.Accept(r.Context(), u, admin, said...)
	return view, err
}

// put uploads one as exactly this version.
func (r *rig) put(id, version, text string) (created bool, err error) {
	r.Helper()
	u, err := r.Receive(r.Context(), bytes.NewReader(zipOf(r, fmt.Sprintf(html, "P", version, ""), map[string]string{"text": text})))
	require.NoError(r, err)
	defer u.Close()
	_, created, err = r.AcceptVersion(r.Context(), u, id, version, admin)
	return created, err
}

// Row B9: one version has one content, until somebody says otherwise.
func TestOtherContentUnderAVersionNeedsItsWord(t *testing.T) {
	r := newRig(t, nil)
	one, err := r.send("1.0.0", "a")
	require.NoError(t, err)
	waiting, err := r.send("1.0.0", "b")
	require.NoError(t, err, "nobody decided about the candidate yet")
	assert.NotEqual(t, one.Candidate.Digest, waiting.Candidate.Digest)
	versions, err := r.Versions(t.Context(), "p")
	require.NoError(t, err)
	assert.Len(t, versions, 1, "it took the other's place")

	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	_, err = r.send("1.0.0", "c")
	assert.Equal(t, "version_exists", fault.CodeOf(err))
	assert.ErrorContains(t, err, "is installed with other content")
	assert.ErrorContains(t, err, "allow=replace")
	_, err = r.send("1.0.0", "c", host.AllowDowngrade)
	assert.Equal(t, "version_exists", fault.CodeOf(err), "another word is none")
	_, err = r.send("1.0.0", "c", "maybe")
	assert.Equal(t, "word_unknown", fault.CodeOf(err))
	_, err = r.send("2.0.0", "d")
	require.NoError(t, err)
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	_, err = r.send("1.0.0", "c")
	assert.ErrorContains(t, err, "is kept with other content")
	_, err = r.dryRun(fmt.Sprintf(html, "P", "1.0.0", ""), map[string]string{"text": "c"})
	assert.Equal(t, "version_exists", fault.CodeOf(err), "a dry run says so, too")

	view, err := r.send("2.0.0", "e", host.AllowReplace)
	require.NoError(t, err)
	plan := r.planOfP("2.0.0")
	assert.Equal(t, view.Candidate.Digest, plan.Digest, "the candidate is meant, and not what is installed")
	assert.Equal(t, host.ChangeReplace, plan.Changes.Kind)
	assert.Equal(t, 1, plan.Changes.Files.Changed.Count)
	assert.Contains(t, plan.Findings, host.Finding{Severity: host.SeverityMedium, Code: "same_version", Message: "it has the number of the installed version and other content"})
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	assert.Equal(t, view.Candidate.Digest, r.planOfP("2.0.0").Digest, "what is installed is meant, and not what was before")
	versions, err = r.Versions(t.Context(), "p")
	require.NoError(t, err)
	assert.Len(t, versions, 3, "what was installed is kept")
}

// A kept version that is uploaded again becomes the candidate, and stays the record that it was.
func TestAKeptVersionThatIsUploadedAgainIsTheCandidate(t *testing.T) {
	r := newRig(t, nil)
	first, err := r.send("1.0.0", "a")
	require.NoError(t, err)
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	_, err = r.send("2.0.0", "b")
	require.NoError(t, err)
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	r.writeFault("p", first.Digest, "it crashed")
	before, err := r.Versions(t.Context(), "p")
	require.NoError(t, err)

	again, err := r.send("1.0.0", "a")
	require.NoError(t, err)
	require.NotNil(t, again.Candidate)
	assert.Equal(t, first.Digest, again.Candidate.Digest)
	after, err := r.Versions(t.Context(), "p")
	require.NoError(t, err)
	before[1].Candidate = true
	assert.Equal(t, before, after)
	_, err = r.send("1.0.0", "c")
	assert.Equal(t, "version_exists", fault.CodeOf(err), "a candidate that was installed once is not replaced without a word")
}

func TestPutOfAVersionChangesNothingTwice(t *testing.T) {
	r := newRig(t, nil)
	created, err := r.put("p", "1.0.0", "a")
	require.NoError(t, err)
	assert.True(t, created)
	_, err = r.put("p", "1.0.0", "b")
	assert.Equal(t, "version_exists", fault.CodeOf(err), "not even a candidate is replaced")
	created, err = r.put("p", "2.0.0", "c")
	require.NoError(t, err)
	assert.True(t, created)
	revision := r.view("p").Revision
	created, err = r.put("p", "1.0.0", "a")
	require.NoError(t, err)
	assert.False(t, created)
	v := r.view("p")
	assert.Equal(t, revision, v.Revision)
	assert.Equal(t, "2.0.0", v.Candidate.Version, "what came since stays the candidate")

	for _, c := range [][2]string{{"q", "1.0.0"}, {"p", "1.0.1"}} {
		u, err := r.Receive(t.Context(), bytes.NewReader(zipOf(t, fmt.Sprintf(html, "P", "1.0.0", ""), map[string]string{"text": "a"})))
		require.NoError(t, err)
		_, _, err = r.AcceptVersion(t.Context(), u, c[0], c[1], admin)
		assert.Equal(t, "version_mismatch", fault.CodeOf(err))
		_, err = r.CheckVersion(t.Context(), u, c[0], c[1])
		assert.Equal(t, "version_mismatch", fault.CodeOf(err))
		u.Close()
	}
}

// Of programs that deploy at the same moment one brings the version, and none another content.
func TestPutsAtTheSameTime(t *testing.T) {
	r := newRig(t, nil)
	var all sync.WaitGroup
	var mu sync.Mutex
	outcomes := map[string]int{}
	for k := range 8 {
		all.Go(func() {
			created, err := r.put("p", "1.0.0", []string{"a", "b"}[k%2])
			mu.Lock()
			defer mu.Unlock()
			outcomes[fmt.Sprint(created, fault.CodeOf(err))]++
		})
	}
	all.Wait()
	assert.Equal(t, 1, outcomes["true"], "%v", outcomes)
	versions, err := r.Versions(t.Context(), "p")
	require.NoError(t, err)
	assert.Len(t, versions, 1)
	for outcome := range outcomes {
		assert.Contains(t, []string{"true", "false", "falseversion_exists", "falseplugin_busy"}, outcome)
	}
}
