package host_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/archive"
	"appzone/host/fault"
)

func (r *rig) export(id string, data bool) []byte {
	r.Helper()
	b, err := r.Export(r.Context(), id, data, admin)
	require.NoError(r, err)
	defer b.Close()
	var out bytes.Buffer
	_, err = b.WriteTo(&out)
	require.NoError(r, err)
	return out.Bytes()
}

func TestAPluginMovesToAnotherHost(t *testing.T) {
	r := newRig(t, secretKey)
	r.mustUpload(fmt.Sprintf(script, "Clock", "1.0.0", tokenSettings))
	require.Equal(t, host.JobSucceeded, r.install("clock", true).State)
	_, err := r.PutSettings(t.Context(), "clock", []byte(`{"token":"very secret","colour":"red"}`), 0, admin)
	require.NoError(t, err)
	_, err = r.Edit(t.Context(), "clock", []byte(`{"description":"our own"}`), 0, admin)
	require.NoError(t, err)
	r.write("clock", "data/notes.txt", "remember")
	in := r.export("clock", true)
	assert.NotContains(t, string(in), "very secret")

	there := newRig(t, secretKey)
	got, err := there.Import(t.Context(), bytes.NewReader(in), admin)
	require.NoError(t, err)
	assert.Empty(t, got.LostSecrets)
	assert.Equal(t, "our own", got.Plugin.Description)
	assert.Equal(t, host.StageUploaded, got.Plugin.Stage)
	assert.Nil(t, got.Plugin.Grants, "it is asked again")
	require.Equal(t, host.JobSucceeded, there.install("clock", true).State)
	assert.Equal(t, `hello {"colour":"red","token":"very secret"}`, there.hello("clock"))
	assert.Equal(t, "remember", there.read("clock", "data/notes.txt"))
	assert.Contains(t, there.auditKinds(), "plugin.imported")
	_, err = there.Import(t.Context(), bytes.NewReader(in), admin)
	assert.Equal(t, "plugin_exists", fault.CodeOf(err))
	assert.Equal(t, "remember", there.read("clock", "data/notes.txt"))

	other := newRig(t, nil)
	got, err = other.Import(t.Context(), bytes.NewReader(r.export("clock", false)), admin)
	require.NoError(t, err)
	assert.Equal(t, []string{"/token"}, got.LostSecrets)
	assert.NoDirExists(t, filepath.Join(other.dir, "plugins/clock/data"))
	s, err := other.Settings(t.Context(), "clock")
	require.NoError(t, err)
	assert.JSONEq(t, `{"colour":"red"}`, string(s.Values))
	for _, r := range []*rig{r, there, other} {
		entries, _ := os.ReadDir(filepath.Join(r.dir, "uploads"))
		assert.Empty(t, entries)
	}
}

func TestAnImportThatIsNotWhatItSaysIsRefused(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", tokenSettings))
	_, err := r.PutSettings(t.Context(), "p", []byte(`{"colour":"red"}`), 0, admin)
	require.NoError(t, err)
	r.write("p", "data/f", "text")
	in := r.export("p", true)
	there := newRig(t, nil)
	refused := func(name string, in []byte, codes ...string) {
		_, err := there.Import(t.Context(), bytes.NewReader(in), admin)
		assert.Contains(t, codes, fault.CodeOf(err), "%s: %v", name, err)
		_, err = there.Plugin(t.Context(), "p")
		assert.Equal(t, "plugin_not_found", fault.CodeOf(err), name)
		left, _ := os.ReadDir(filepath.Join(there.dir, "uploads"))
		assert.Empty(t, left, name)
		assert.Eventually(t, func() bool { _, err := os.Stat(filepath.Join(there.dir, "plugins/p")); return err != nil }, 20*time.Second, 5*time.Millisecond, name)
	}
	for cut := 0; cut < len(in); cut += 1 + len(in)/20 {
		refused("cut off", in[:cut], "backup_cut", "backup_invalid", "upload_damaged", "zip_invalid", "body_empty")
	}
	refused("a whole host", r.backup(), "backup_kind")
	with := func(file string, change func(map[string]any)) []byte {
		return rewrite(t, in, archive.KindPlugin, func(name string, b []byte) (string, []byte, bool) {
			if name == file {
				var v map[string]any
				require.NoError(t, json.Unmarshal(b, &v))
				change(v)
				b, _ = json.Marshal(v)
			}
			return name, b, true
		})
	}
	refused("another id", with("plugin.json", func(v map[string]any) { v["id"] = "q" }), "backup_invalid")
	refused("edits that lead elsewhere", with("plugin.json", func(v map[string]any) {
		v["edits"] = map[string]any{"views": map[string]any{"admin": "../../secret"}}
	}), "manifest_invalid", "views_invalid", "view_invalid")
	refused("settings that are none", with("plugin.json", func(v map[string]any) { v["settings"].(map[string]any)["values"] = map[string]any{"colour": 1} }), "settings_invalid")
	refused("a file elsewhere", rewrite(t, in, archive.KindPlugin, func(name string, b []byte) (string, []byte, bool) {
		if name == "data/f" {
			name = "versions/f"
		}
		return name, b, true
	}), "backup_invalid")
	_, err = there.Import(t.Context(), bytes.NewReader(in), admin)
	require.NoError(t, err, "and the real one is taken")
}
