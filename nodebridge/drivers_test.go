package nodebridge_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Drivers of databases, and SSH, reach servers whose names only the host can resolve.
func TestDriversThroughTheEgress(t *testing.T) {
	servers := map[string]string{
		"PG": serveTCP(t, servePostgres), "REDIS": serveTCP(t, serveRedis), "SSH": serveTCP(t, serveSSH(t)),
		"TDS": serveTCP(t, serveTDS), "MONGO": serveTCP(t, serveMongo), "MYSQL": serveMySQL(t),
	}
	var env, patterns []string
	for name, address := range servers {
		env = append(env, name+"="+address)
		patterns = append(patterns, address, "db.example.com:"+portOf(t, address))
	}
	j := walledWith(t, "net-drivers.js", grant(t, names{"db.example.com": "127.0.0.1"}, patterns...), show(t), env...)
	j.expect(t, map[string]string{
		"pg": `[{"answer":"42"}]`, "mysql2": `[{"answer":"42"}]`, "redis": `"42"`, "ssh2": `"42"`, "tedious": `42`, "mongodb": `1`,
	})
}

// serveMySQL runs the server of the package mysql2.
func serveMySQL(t *testing.T) string {
	t.Helper()
	cmd := exec.Command(nodePath(t), "testdata/programs/peer-mysql.js")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "NODE_PATH=" + packages(t)}
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(line)
}
