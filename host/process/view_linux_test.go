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
		ls -d /etc/ssl/private /etc/pki/*/private 2>/dev/null; ls -d /etc/ssl/certs`)
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

// Root's user id opens what the kernel keeps for root: the machine's pages, timers and allocations are not the child's affair.
func TestWhatTheKernelTellsRootIsHidden(t *testing.T) {
	if !process.Machine().MountNamespace {
		t.Skip("this machine has no mount namespaces")
	}
	spec, out := shell("cd /proc; cat kpageflags kpagecount slabinfo vmallocinfo timer_list pagetypeinfo kcore 2>/dev/null | head -c 1 | wc -c; head -c 1 meminfo self/stat | wc -c")
	run(t, spec)
	lines := strings.Split(out.text(), "\n")
	assert.Equal(t, "0", lines[0])
	assert.NotEqual(t, "0", lines[1])
}
