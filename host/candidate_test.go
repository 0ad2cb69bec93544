package host_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

// Row H3: who does not consent says so, and the version is gone; what is in use goes on.
func TestACandidateIsRejected(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(html, "P", "1.0.0", ""))
	assert.Equal(t, "not_installed", fault.CodeOf(r.RejectCandidate(t.Context(), "p", admin)), "it is all that there is")
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	err := r.RejectCandidate(t.Context(), "p", admin)
	assert.Equal(t, "version_not_found", fault.CodeOf(err))
	assert.Equal(t, fault.NotFound, fault.From(err).Kind)

	r.mustUpload(fmt.Sprintf(html, "P", "2.0.0", ""))
	require.NoError(t, r.RejectCandidate(t.Context(), "p", admin))
	assert.Nil(t, r.view("p").Candidate)
	assert.Equal(t, "1.0.0", r.view("p").Version)
	versions, err := r.Versions(t.Context(), "p")
	require.NoError(t, err)
	assert.Len(t, versions, 1)
	assert.Len(t, r.auditedAs("plugin.rejected"), 1)

	r.mustUpload(fmt.Sprintf(html, "P", "2.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	r.mustUpload(fmt.Sprintf(html, "P", "1.0.0", ""))
	require.NotNil(t, r.view("p").Candidate)
	require.NoError(t, r.RejectCandidate(t.Context(), "p", admin))
	require.NotNil(t, r.view("p").Former, "what can be gone back to stays")
	versions, err = r.Versions(t.Context(), "p")
	require.NoError(t, err)
	assert.Len(t, versions, 2)
}
