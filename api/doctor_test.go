package api_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/doctor"
)

// The rig holds the answer to the document, whose schemas are closed.
func TestTheDoctorReportsOverTheInterface(t *testing.T) {
	r := newRig(t)
	res := r.do(call{method: "GET", path: "/api/v1/system/doctor"})
	require.Equal(t, 200, res.StatusCode, string(res.text))
	var report doctor.Report
	res.into(t, &report)
	assert.False(t, report.CheckedAt.IsZero())
	require.NotEmpty(t, report.Items)
	trouble, warnings := 0, 0
	for _, f := range report.Items {
		assert.Equal(t, f.Code.Area(), f.Area, "%+v", f)
		switch f.Level {
		case doctor.Trouble:
			trouble++
		case doctor.Warning:
			warnings++
		}
	}
	assert.Equal(t, trouble, report.Trouble)
	assert.Equal(t, warnings, report.Warnings)
	assert.Equal(t, 403, r.do(call{method: "GET", path: "/api/v1/system/doctor", token: r.newToken("audit:read")}).StatusCode)
}
