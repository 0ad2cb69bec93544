package process_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/process"
)

// What is shown of the machine is shown as it is: nobody's permissions there are the child's to change, and keys are not shown.
func TestTheMachinesFilesStayAsTheyAre(t *testing.T) {
	if !process.Machine().MountNamespace {
		t.Skip("this machine has no mount namespaces")
	}
	spec, out := shell(`for f in /dev/null /dev/zero /etc/hosts /usr; do
			chmod a+rw,a-t $f 2>&1 || echo refused; touch $f 2>/dev/null || echo refused; done
		echo x > /dev/null && head -c 2 /dev/zero | wc -c && head -c 2 /dev/urandom | wc -c
		ls -d /etc/ssl/private /etc/pki/*/private; ls -d /etc/ssl/certs`)
	before, err := os.Stat("/dev/zero")
	require.NoError(t, err)
	run(t, spec)
	after, err := os.Stat("/dev/zero")
	require.NoError(t, err)
	assert.Equal(t, before.Mode(), after.Mode())
	assert.Equal(t, before.ModTime(), after.ModTime())
	assert.Equal(t, 8, strings.Count(out.text(), "refused"), out.text())
	assert.Contains(t, out.text(), "2\n2\n", "devices work")
	assert.NotRegexp(t, "(?m)^/etc/.*private$", out.text())
}
