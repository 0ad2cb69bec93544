package host_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/doctor"
)

// found is the finding with the code, about the plugin if one is named.
func (r *rig) found(code doctor.Code, plugin string) (doctor.Finding, bool) {
	r.Helper()
	report, err := r.Doctor(r.Context())
	require.NoError(r, err)
	for _, f := range report.Items {
		if f.Code == code && f.Plugin == plugin {
			return f, true
		}
	}
	r.Logf("%+v", report.Items)
	return doctor.Finding{}, false
}

func (r *rig) mustFind(code doctor.Code, plugin string, level doctor.Level, fix string) {
	r.Helper()
	f, ok := r.found(code, plugin)
	require.True(r, ok, code)
	assert.Equal(r, level, f.Level, code)
	assert.Contains(r, f.Fix, fix, code)
}

func TestTheDoctorFindsNothingWrongWithAHealthyHost(t *testing.T) {
	r := running(t)
	report, err := r.Doctor(t.Context())
	require.NoError(t, err)
	areas := map[string]bool{}
	for _, f := range report.Items {
		assert.NotEqual(t, doctor.Trouble, f.Level, "%+v", f)
		assert.NotEmpty(t, f.Title)
		assert.True(t, f.Level == doctor.OK || f.Fix != "", "%+v", f)
		areas[f.Area] = true
	}
	for _, area := range []string{"runtimes", "walls", "data", "disk", "database", "secrets", "clock", "audit", "backup", "jobs", "plugins"} {
		assert.True(t, areas[area], area)
	}
	again, err := r.Doctor(t.Context())
	require.NoError(t, err)
	assert.Equal(t, report.CheckedAt, again.CheckedAt, "it is kept for a moment")
}

func TestTheDoctorTellsWhyPluginsDoNotStart(t *testing.T) {
	settings := `,"settings":{"type":"object","properties":{"url":{"type":"string"}}}`
	for name, c := range map[string]struct {
		code    doctor.Code
		level   doctor.Level
		fix     string
		change  func(*host.Config)
		disturb func(r *rig)
	}{
		"a wall is missing": {doctor.PluginWallMissing, doctor.Trouble, "XC_REQUIRE_WALLS",
			func(c *host.Config) { c.RequireWalls = []string{"network"} }, func(*rig) {}},
		"its files were changed": {doctor.PluginFilesChanged, doctor.Trouble, "appzone plugin install p", nil, func(r *rig) {
			files, err := filepath.Glob(filepath.Join(r.dir, "plugins/p/versions/*/code/index.js"))
			require.NoError(r, err)
			require.Len(r, files, 1)
			require.NoError(r, os.Chmod(files[0], 0o600))
			require.NoError(r, os.WriteFile(files[0], []byte("// others"), 0o600))
		}},
		"its data is full": {doctor.PluginDataFull, doctor.Trouble, "dataMB", nil, func(r *rig) {
			dir := filepath.Join(r.dir, "plugins/p/data")
			require.NoError(r, os.MkdirAll(dir, 0o700))
			require.NoError(r, os.WriteFile(filepath.Join(dir, "a"), make([]byte, 2<<20), 0o600))
			_, err := r.Edit(r.Context(), "p", []byte(`{"limits":{"dataMB":1}}`), 0, admin)
			require.NoError(r, err)
		}},
		"its runtime is missing": {doctor.PluginRuntime, doctor.Trouble, "appzone plugin start p",
			func(c *host.Config) { c.Runtimes = []host.Runtime{brokenRuntime{}} }, func(*rig) {}},
		"it must be signed and is not": {doctor.PluginSignature, doctor.Trouble, "XC_REQUIRE_SIGNATURE",
			func(c *host.Config) { c.RequireSignature = true }, func(*rig) {}},
		"its version was rolled back": {doctor.PluginRolledBack, doctor.Warning, "upload it again", nil, func(r *rig) {
			for _, version := range []string{"2.0.0", "3.0.0"} {
				digest := r.mustUpload(fmt.Sprintf(script, "P", version, "")).Candidate.Digest
				require.NoError(r, r.store.Update(r.Context(), func(w host.Writer) error {
					var v host.Version
					err := w.Get("versions", "p/"+string(digest), &v)
					v.Fault = "it crashed"
					return errors.Join(err, w.Put("versions", "p/"+string(digest), v))
				}))
			}
			f, _ := r.found(doctor.PluginRolledBack, "p")
			assert.Contains(r, f.Title, "version 3.0.0", "the newest one that was taken back")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", settings))
			require.Equal(t, host.JobSucceeded, r.install("p", false).State)
			c.disturb(r)
			if c.change != nil {
				r.reboot(c.change)
			}
			r.mustFind(c.code, "p", c.level, c.fix)
			_, ok := r.found(doctor.PluginsOK, "")
			assert.False(t, ok)
		})
	}
}

// brokenRuntime cannot be used on this machine.
type brokenRuntime struct{ ownRuntime }

func (brokenRuntime) Info(context.Context) host.RuntimeInfo {
	return host.RuntimeInfo{Name: "node", Problem: "node.js is not usable"}
}

func TestTheDoctorTellsOfAPluginThatFailed(t *testing.T) {
	r := newRig(t, func(c *host.Config) { c.Runtimes = []host.Runtime{ownRuntime{entry: "failing"}} })
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobFailed, r.install("p", true).State)
	r.mustFind(doctor.PluginFailed, "p", doctor.Trouble, "appzone plugin logs p")
}

// A key that is gone is told, with whose secrets it sealed.
func TestTheDoctorTellsOfMissingKeys(t *testing.T) {
	r := newRig(t, func(c *host.Config) { c.SecretKey = "the first key of this test" })
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", `,"settings":{"type":"object","properties":{"token":{"type":"string","writeOnly":true}}}`))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	_, err := r.PutSettings(t.Context(), "p", []byte(`{"token":"s3cret"}`), 0, admin)
	require.NoError(t, err)
	r.reboot(func(c *host.Config) { c.SecretKey = "the second key of this test" })
	r.mustFind(doctor.SecretKeyMissing, "", doctor.Trouble, "XC_SECRET_KEY_FILE")
	r.mustFind(doctor.PluginSecretMissing, "p", doctor.Trouble, "XC_SECRET_KEY_FILE")
}

// A backup that breaks off, because its receiver has no room or leaves, is none.
func TestTheDoctorCountsBackupsThatCameToTheirEnd(t *testing.T) {
	r := newRig(t, nil)
	b, err := r.Backup(t.Context(), admin)
	require.NoError(t, err)
	_, err = b.WriteTo(&fullDisk{room: 100})
	require.Error(t, err)
	b.Close()
	assert.Len(t, r.auditedAs("host.backup"), 1, "some of it was taken")
	assert.Empty(t, r.auditedAs("host.backed_up"))
	r.mustFind(doctor.BackupNone, "", doctor.OK, "appzone backup")
	r.backup()
	assert.Len(t, r.auditedAs("host.backed_up"), 1)
	r.reboot(nil) // which forgets the last report
	r.mustFind(doctor.BackupOK, "", doctor.OK, "")
}

// fullDisk takes room bytes.
type fullDisk struct{ room int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, syscall.ENOSPC
	}
	return len(p), nil
}

func TestTheDoctorTellsOfFoldersThatBelongToNobody(t *testing.T) {
	r := newRig(t, nil)
	// What a boot finds it clears away: one folder shows when it has, and the next one stays.
	first := filepath.Join(r.dir, "plugins/first")
	require.NoError(t, os.MkdirAll(first, 0o700))
	r.reboot(nil)
	require.Eventually(t, func() bool { _, err := os.Stat(first); return os.IsNotExist(err) }, 10*time.Second, time.Millisecond)
	require.NoError(t, os.Mkdir(filepath.Join(r.dir, "plugins/left"), 0o700))
	r.mustFind(doctor.DataOrphan, "", doctor.Warning, "start the host again")
}

// H8: a key that others may read is trouble.
func TestTheDoctorTellsOfAKeyThatOthersMayRead(t *testing.T) {
	r := newRig(t, nil)
	require.NoError(t, os.Chmod(filepath.Join(r.dir, doctor.SecretKeyFile), 0o644))
	r.mustFind(doctor.SecretKeyOpen, "", doctor.Trouble, "chmod 600")
}

func TestTheDoctorAsksWhoRunsTheHost(t *testing.T) {
	r := newRig(t, func(c *host.Config) {
		c.Checks = []doctor.Check{{Name: "certificates", Run: func(context.Context) ([]doctor.Finding, error) {
			return []doctor.Finding{doctor.CertificateExpired.Bad("it has ended", "", "renew it")}, nil
		}}}
	})
	r.mustFind(doctor.CertificateExpired, "", doctor.Trouble, "renew it")
}
