package sandbox

import (
	"crypto/rand"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/tetratelabs/wazero"
)

// What a guest sees of the machine.
const (
	guestApp      = "/app"
	guestData     = "/data"
	guestTemp     = "/tmp"
	guestRun      = "/run/appzone"
	settingsName  = "settings.json"
	guestSettings = guestRun + "/" + settingsName
	guestCerts    = "/etc/ssl/certs"
	certsName     = "ca-certificates.crt"
)

// config is what the guest gets.
func (i *instance) config() wazero.ModuleConfig {
	c := wazero.NewModuleConfig().
		WithName("").
		WithArgs(i.order.Name).
		WithStdout(os.Stdout).
		WithStderr(os.Stderr).
		WithRandSource(rand.Reader).
		WithSysWalltime().
		WithNanotime(i.system.Nanotime, 1).
		WithOsyield(runtime.Gosched).
		WithFSConfig(i.folders.config())
	for _, kv := range i.environment(os.Environ()) {
		name, value, _ := strings.Cut(kv, "=")
		c = c.WithEnv(name, value)
	}
	return c
}

// environment is the process's own with the names of this process's things replaced by the
// guest's, and without what was meant for the engine.
func (i *instance) environment(given []string) []string {
	own := map[string]string{
		"APPZONE_DATA_DIR": guestData,
		"HOME":             guestData,
		"PWD":              guestApp,
		"TMPDIR":           guestTemp,
	}
	if i.listener != 0 {
		own["LISTEN_FDS"], own["LISTEN_PID"] = "1", "1"
		own["LISTEN_FD"] = strconv.Itoa(int(i.listener))
	}
	if i.folders.settings != nil {
		own["APPZONE_SETTINGS_FILE"] = guestSettings
	}
	if i.folders.certificates != nil {
		own["SSL_CERT_FILE"] = guestCerts + "/" + certsName
	}
	dropped := map[string]bool{
		controlEnv: true, egressEnv: true, identityEnv: true, "APPZONE_NETWORK": true, "SSL_CERT_FILE": true, "APPZONE_SETTINGS_FILE": true,
		"LISTEN_FDS": true, "LISTEN_PID": true, "LISTEN_FD": true,
	}
	var out []string
	for _, kv := range given {
		name, _, _ := strings.Cut(kv, "=")
		if _, replaced := own[name]; !replaced && !dropped[name] {
			out = append(out, kv)
		}
	}
	for name, value := range own {
		out = append(out, name+"="+value)
	}
	return out
}
