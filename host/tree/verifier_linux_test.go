package tree_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"appzone/host/tree"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVerifierReadsOnlyWhatItDoesNotKnow(t *testing.T) {
	const size = 4 << 20
	big := strings.Repeat("x", size)
	files := map[string]string{"big.js": big, "small.js": "y"}
	entries := []tree.Entry{file("big.js", big), file("small.js", "y")}
	root := filepath.Join(t.TempDir(), "code")
	require.NoError(t, tree.Place(t.Context(), root, entries, contents(files)))
	v := tree.NewVerifier()
	time.Sleep(150 * time.Millisecond)

	before := bytesRead(t)
	check(t, v, root, entries, nil)
	assert.Greater(t, bytesRead(t)-before, size, "the first time everything is read")
	before = bytesRead(t)
	check(t, v, root, entries, nil)
	assert.Less(t, bytesRead(t)-before, size/4, "then nothing")
	require.NoError(t, os.Chtimes(filepath.Join(root, "big.js"), time.Unix(1, 0), time.Unix(1, 0)))
	before = bytesRead(t)
	check(t, v, root, entries, nil)
	assert.Greater(t, bytesRead(t)-before, size, "and what was touched again")
}

// bytesRead is what this process has read in its life.
func bytesRead(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/io")
	require.NoError(t, err)
	n := 0
	for c := range strings.SplitSeq(strings.TrimPrefix(strings.Split(string(text), "\n")[0], "rchar: "), "") {
		n = 10*n + int(c[0]-'0')
	}
	return n
}
