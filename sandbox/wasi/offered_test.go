package wasi_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"appzone/sandbox/wasi"
)

// G8: what is said to be offered is what the engine has.
func TestOfferedIsWhatTheEngineHas(t *testing.T) {
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer r.Close(ctx)
	b := r.NewHostModuleBuilder("all")
	wasi_snapshot_preview1.NewFunctionExporter().ExportFunctions(b)
	c, err := b.Compile(ctx)
	require.NoError(t, err)
	assert.Len(t, c.ExportedFunctions(), 46)
	for name := range c.ExportedFunctions() {
		assert.True(t, wasi.Offered(wasi.Module, name), name)
		assert.False(t, wasi.Offered("env", name))
	}
	assert.False(t, wasi.Offered(wasi.Module, "sock_open"))
	for name, dials := range map[string]bool{"dial": true, "dial_status": true, "verify_identity": false} {
		assert.True(t, wasi.Offered(wasi.HostModule, name), name)
		assert.Equal(t, dials, wasi.Dials(wasi.HostModule, name), name)
	}
	assert.False(t, wasi.Offered(wasi.HostModule, "listen"))
}
