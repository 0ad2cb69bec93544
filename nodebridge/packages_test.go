package nodebridge_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// packages installs the npm packages of testdata/packages once for each state of its lock, into the
// user's cache, and returns the node_modules folder.
func packages(t *testing.T) string {
	t.Helper()
	folder, err := installPackages()
	require.NoError(t, err)
	return folder
}

var installPackages = sync.OnceValues(func() (string, error) {
	lock, err := os.ReadFile("testdata/packages/package-lock.json")
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(lock)
	base := filepath.Join(cache, "appzone-test", "nodebridge-"+hex.EncodeToString(sum[:8]))
	modules := filepath.Join(base, "node_modules")
	if _, err := os.Stat(modules); err == nil {
		return modules, nil
	}
	if err := os.MkdirAll(filepath.Dir(base), 0o755); err != nil {
		return "", err
	}
	temp, err := os.MkdirTemp(filepath.Dir(base), "new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	if err := os.CopyFS(temp, os.DirFS("testdata/packages")); err != nil {
		return "", err
	}
	cmd := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = temp
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w: %s", err, out)
	}
	if err := os.Rename(temp, base); err != nil && !os.IsExist(err) {
		if _, stat := os.Stat(modules); stat != nil {
			return "", err
		}
	}
	return modules, os.Chmod(base, 0o755)
})
