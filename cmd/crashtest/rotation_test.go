package crashtest_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/store"
)

// childRotate tells the child that will be killed to seal secrets anew.
const childRotate = "CRASHTEST_ROTATE"

const rotated = 4 // plugins with a secret

var oldKey, newKey = strings.Repeat("0a", 32), strings.Repeat("0b", 32)

// TestKillDuringARotation covers row A10: a secret is sealed with the one key or the other, whole, whenever the host is killed.
func TestKillDuringARotation(t *testing.T) {
	for at := 1; at <= rotated; at++ {
		t.Run(fmt.Sprintf("after %d plugins", at), func(t *testing.T) {
			dir := t.TempDir()
			s, err := openWithKeys(dir, nil, oldKey)
			require.NoError(t, err)
			for n := range rotated {
				require.NoError(t, s.uploadSecret(n))
			}
			require.NoError(t, s.close())

			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), childDir+"="+dir, childKill+"="+strconv.Itoa(at), childRotate+"=1")
			err = cmd.Run()
			status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
			require.Equal(t, syscall.SIGKILL, status.Signal(), "%v", err)

			s, err = openWithKeys(dir, nil, newKey, oldKey)
			require.NoError(t, err)
			require.Eventually(t, func() bool {
				v, err := s.System(context.Background())
				return err == nil && v.Secrets.Waiting == 0
			}, time.Minute, 10*time.Millisecond)
			require.NoError(t, s.close())

			s, err = openWithKeys(dir, nil, newKey)
			require.NoError(t, err)
			defer func() { require.NoError(t, s.close()) }()
			v, err := s.System(t.Context())
			require.NoError(t, err)
			assert.Equal(t, rotated, v.Secrets.Sealed)
			assert.Empty(t, v.Secrets.MissingKeys)
			for n := range rotated { // which opens what stays
				_, err := s.PutSettings(t.Context(), secretID(n), []byte(`{}`), 0, admin)
				require.NoError(t, err)
			}
		})
	}
}

// rotate is the child: it ends at the given plugin.
func rotate(dir string, at int) {
	n := 0
	_, err := openWithKeys(dir, func(point string) {
		if point == "secrets.resealed" {
			if n++; n == at {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			}
		}
	}, newKey, oldKey)
	if err != nil {
		panic(err)
	}
	select {}
}

func openWithKeys(dir string, hook func(string), keys ...string) (system, error) {
	st, err := store.Open(context.Background(), store.Options{Dir: filepath.Join(dir, "db")})
	if err != nil {
		return system{}, err
	}
	h, err := host.Open(context.Background(), host.Config{DataDir: dir, Store: st, AdminPassword: "for the test", Hook: hook,
		SecretKey: strings.Join(keys, "\n")})
	return system{h, st}, err
}

func secretID(n int) string { return fmt.Sprintf("secret-%d", n) }

func (s system) uploadSecret(n int) error {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range map[string]string{"index.html": "x", "manifest.json": fmt.Sprintf(`{"name":%q,"version":"1.0.0","description":"d","type":"html",
		"parameters":{"views":{"admin":"index.html"},"settings":{"type":"object","properties":{"token":{"type":"string","writeOnly":true}}}}}`, secretID(n))} {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write([]byte(text))
		}
		if err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	ctx := context.Background()
	u, err := s.Receive(ctx, &out)
	if err != nil {
		return err
	}
	defer u.Close()
	if _, _, err := s.Accept(ctx, u, admin); err != nil {
		return err
	}
	_, err = s.PutSettings(ctx, secretID(n), []byte(`{"token":"a secret"}`), 0, admin)
	return err
}
