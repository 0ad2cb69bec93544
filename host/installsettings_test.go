package host_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/audit"
	"appzone/host/fault"
)

// withSettings is a manifest of a script whose settings have this schema; "" for none.
func withSettings(version, schema string) string {
	more := ""
	if schema != "" {
		more = `,"settings":{"type":"object",` + schema + `}`
	}
	return fmt.Sprintf(script, "P", version, more)
}

// tryInstall begins the installation of the candidate with what was granted before, and these settings, if any.
func (r *rig) tryInstall(put string) (host.Job, error) {
	r.Helper()
	return r.Install(r.Context(), "p", host.InstallRequest{Settings: json.RawMessage(put)}, r.planOfP("").ETag, admin)
}

func TestSettingsThatTheNewSchemaRefusesStopTheUpgrade(t *testing.T) {
	const before = `"properties":{"token":{"type":"string","writeOnly":true},"port":{"type":"integer"}}`
	for name, c := range map[string]struct {
		schema string
		// plan is what the plan says, fields what stops the installation.
		plan, fields []string
		// put is what an installation takes instead.
		put string
	}{
		"another type":                  {`"properties":{"port":{"type":"string"}}`, []string{"port"}, []string{"settings.port"}, `{"port":"80"}`},
		"a schema that is gone":         {``, []string{"port"}, []string{"settings.port"}, `{}`},
		"a new one that is required":    {before + `,"required":["host"]`, []string{"host"}, []string{"settings.host"}, `{"host":"h","port":80}`},
		"a secret of another form":      {`"properties":{"token":{"type":"string","minLength":20,"writeOnly":true},"port":{}}`, nil, []string{"settings.token"}, `{"token":"a much longer one of these","port":80}`},
		"a secret that becomes plain":   {`"properties":{"token":{"type":"string"},"port":{}},"required":["token"]`, []string{"token"}, []string{"settings.token"}, `{"token":"for all to see"}`},
		"a secret whose type is other":  {`"properties":{"token":{"type":"object","writeOnly":true},"port":{}}`, nil, []string{"settings.token"}, `{"token":{"a":1}}`},
		"two at once, and one nested":   {`"properties":{"port":{"type":"object"}},"required":["x"]`, []string{"port", "x"}, []string{"settings.port", "settings.x"}, `{"x":1}`},
		"nothing that is allowed there": {`"additionalProperties":false`, []string{"port"}, []string{"settings.port"}, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			r.mustUpload(withSettings("1.0.0", before))
			require.Equal(t, host.JobSucceeded, r.install("p", false).State)
			_, err := r.PutSettings(t.Context(), "p", []byte(`{"token":"top secret","port":80}`), 0, admin)
			require.NoError(t, err)
			r.mustUpload(withSettings("2.0.0", c.schema))
			stored, err := r.Settings(t.Context(), "p")
			require.NoError(t, err)
			revision := r.view("p").Revision

			assert.Equal(t, c.plan, fieldNames(r.planOfP("").Settings.Refused))
			_, err = r.tryInstall("")
			refused := fault.From(err)
			require.Equal(t, "settings_refused", fault.CodeOf(err), "%v", err)
			assert.Equal(t, fault.Invalid, refused.Kind)
			assert.Equal(t, c.fields, fieldNames(refused.Fields))
			assert.Contains(t, refused.Message, `send "settings"`)
			assert.NotContains(t, err.Error(), "top secret", "H8")
			_, err = r.tryInstall(`{"token":{"set":false},"port":["top secret"]}`)
			assert.Equal(t, "settings_refused", fault.CodeOf(err), "%v", err)
			assert.NotContains(t, err.Error(), "top secret", "H8")
			_, err = r.tryInstall(`[]`)
			assert.Equal(t, []string{"settings"}, fieldNames(fault.From(err).Fields))
			assert.Equal(t, revision, r.view("p").Revision, "nothing changed")
			again, err := r.Settings(t.Context(), "p")
			require.NoError(t, err)
			assert.Equal(t, stored, again)

			job, err := r.tryInstall(c.put)
			require.NoError(t, err)
			r.succeed(job)
			assert.Equal(t, "2.0.0", r.view("p").Version)
			now, err := r.Settings(t.Context(), "p")
			require.NoError(t, err)
			assert.NotContains(t, string(now.Values), "top secret", "H8")
			assert.Greater(t, now.Revision, stored.Revision)
			assert.Empty(t, r.planOfP("").Settings.Refused)
		})
	}
}

// What the installed version refuses as well is not the upgrade's doing: somebody has still to set it.
func TestAPluginThatWasNeverSetUpCanBeUpgraded(t *testing.T) {
	const required = `"properties":{"token":{"type":"string","writeOnly":true}},"required":["token"]`
	r := newRig(t, nil)
	r.mustUpload(withSettings("1.0.0", required))
	assert.Empty(t, r.planOfP("").Settings.Refused, "of a new plugin nothing could be set before")
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	r.mustUpload(withSettings("1.1.0", required))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	r.mustUpload(withSettings("1.2.0", required+`,"minProperties":2`))
	_, err := r.tryInstall("")
	assert.Equal(t, "settings_refused", fault.CodeOf(err), "this is new")
}

// Settings that outlive an uninstallation are held against what is installed next.
func TestKeptSettingsAreHeldAgainstTheNextInstallation(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(withSettings("1.0.0", `"properties":{"port":{"type":"integer"}}`))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	_, err := r.PutSettings(t.Context(), "p", []byte(`{"port":80}`), 0, admin)
	require.NoError(t, err)
	job, err := r.Uninstall(t.Context(), "p", true, admin)
	require.NoError(t, err)
	r.succeed(job)
	r.mustUpload(withSettings("2.0.0", `"properties":{"port":{"type":"string"}}`))
	_, err = r.tryInstall("")
	assert.Equal(t, []string{"settings.port"}, fieldNames(fault.From(err).Fields))
}

// A refusal comes before a running plugin is touched; settings that come with the installation are what it starts with, are recorded, and
// keep the secrets that they leave out, also one that was plain before.
func TestSettingsThatComeWithAnInstallation(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(withSettings("1.0.0", `"properties":{"token":{"type":"string"},"port":{"type":"integer"}}`))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	_, err := r.PutSettings(t.Context(), "p", []byte(`{"token":"top secret","port":80}`), 0, admin)
	require.NoError(t, err)
	assert.Contains(t, r.delivered("p"), "top secret")
	pid := r.view("p").PID
	r.mustUpload(withSettings("2.0.0", `"properties":{"token":{"type":"string","writeOnly":true},"port":{"type":"string"}}`))
	_, err = r.tryInstall("")
	assert.Equal(t, "settings_refused", fault.CodeOf(err))
	assert.Equal(t, pid, r.view("p").PID)

	job, err := r.tryInstall(`{"port":"http"}`)
	require.NoError(t, err)
	r.succeed(job)
	got := r.delivered("p")
	assert.Contains(t, got, `"token":"top secret"`)
	assert.Contains(t, got, `"port":"http"`)
	assert.Equal(t, 1, r.secrets().Sealed)
	entries := r.trail(audit.Filter{Kind: "plugin.settings"})
	require.Len(t, entries, 2)
	b, err := json.Marshal(entries[1])
	require.NoError(t, err)
	assert.Contains(t, string(b), "http")
	assert.NotContains(t, string(b), "top secret", "H8")
}

func fieldNames(fields []fault.Field) (out []string) {
	for _, f := range fields {
		out = append(out, f.Field)
	}
	return out
}
