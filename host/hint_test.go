package host_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// lastWords are what failing programs leave on stderr, by the version of the plugin, and the advice that they are given.
var lastWords = map[string]struct{ words, advice string }{
	"1.0.0": {"Error: connect EACCES 192.0.2.1:80: 192.0.2.1:80 is not granted: name it in permissions.network.outbound, and have it granted\n    at app.js:1:1 {\n  code: 'EACCES'\n}",
		"it was refused an address"},
	"2.0.0": {"Error: EACCES: permission denied, open '/etc/passwd'\n    at app.js:1:1 {\n  code: 'EACCES'\n}", "outside of its folders"},
}

// failingPlugin ends at once.
func failingPlugin([]string) int {
	fmt.Fprintln(os.Stderr, lastWords[os.Getenv("APPZONE_PLUGIN_VERSION")].words)
	return 1
}

func TestAFailedStartIsGivenAdvice(t *testing.T) {
	for version, want := range lastWords {
		r := newRig(t, func(c *host.Config) { c.Runtimes = []host.Runtime{ownRuntime{entry: "failing"}} })
		r.mustUpload(fmt.Sprintf(script, "P", version, ""))
		r.install("p", true)
		v := r.view("p")
		require.NotNil(t, v.LastExit)
		assert.Contains(t, v.LastExit.Hint, want.advice)
	}
}
