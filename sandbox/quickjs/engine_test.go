package quickjs_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"appzone/sandbox/quickjs"
)

func TestABuildWithoutTheEngineSaysSo(t *testing.T) {
	_, err := quickjs.EngineIn(fstest.MapFS{"dist/.gitkeep": {}})
	require.ErrorIs(t, err, quickjs.ErrNoEngine)
	require.ErrorContains(t, err, "build the host with make")
	_, err = quickjs.EngineIn(fstest.MapFS{"dist/quickjs.wasm": {Data: []byte("another one")}})
	require.ErrorContains(t, err, "not the pinned one")
}
