package runtimetest

import (
	"maps"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// settingsOf installs a program with settings, one of them a secret, and starts it.
func settingsOf(r *rig, more map[string]any) {
	r.t.Helper()
	parameters := map[string]any{"settings": map[string]any{"type": "object", "properties": map[string]any{
		"greeting": map[string]any{"type": "string", "default": "Servus"},
		"token":    map[string]any{"type": "string", "writeOnly": true},
	}}}
	maps.Copy(parameters, more)
	r.install(Serve, parameters)
	r.put(`{"token":"first"}`)
	r.start()
	r.mustGet("/settings", `{"greeting":"Servus","token":"first"}`)
}

func (r *rig) put(settings string) {
	r.t.Helper()
	_, err := r.host.PutSettings(r.t.Context(), r.id, []byte(settings), 0, admin)
	require.NoError(r.t, err)
}

func settingsRestart(r *rig) {
	settingsOf(r, nil)
	pid := r.view().PID
	r.put(`{"greeting":"Hallo"}`)
	require.Eventually(r.t, func() bool {
		v := r.view()
		return v.State == host.Running && v.PID != pid
	}, patience, 10*time.Millisecond, "it is restarted")
	r.mustGet("/settings", `{"greeting":"Hallo","token":"first"}`)
}

// settingsSignal: the program does not know SIGHUP and lives on; it reads the new file when it opens it the next time.
func settingsSignal(r *rig) {
	settingsOf(r, map[string]any{"settingsChange": "signal"})
	pid := r.view().PID
	for _, token := range []string{"second", "third", strings.Repeat("long", 5000)} {
		r.put(`{"token":"` + token + `"}`)
		r.mustGet("/settings", `{"greeting":"Servus","token":"`+token+`"}`)
	}
	r.mustGet("/", "hello")
	v := r.view()
	assert.Equal(r.t, pid, v.PID, "it is the same process")
	assert.Zero(r.t, v.Restarts)
	r.put(`{"token":null}`)
	r.mustGet("/settings", `{"greeting":"Servus"}`)
	r.restart()
	r.mustGet("/settings", `{"greeting":"Servus"}`)
}
