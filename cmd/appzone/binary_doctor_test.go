package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/doctor"
)

// examined is one run of "appzone doctor".
type examined struct {
	t      *testing.T
	status int
	report doctor.Report
	errOut string
}

// examine runs the doctor as a program of its own, and holds it to changing nothing.
func examine(t *testing.T, data string, args []string, env ...string) examined {
	t.Helper()
	before := contentOf(t, data)
	dir := t.TempDir()
	status, out, errOut := doctorIn(t, dir, append([]string{"-o", "json"}, args...), append([]string{"XC_ADDR=" + freeAddress(t), "XC_DATA_DIR=" + data}, env...)...)
	assert.Equal(t, before, contentOf(t, data), "the doctor only reads")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
	e := examined{t: t, status: status, errOut: errOut}
	require.NoError(t, json.Unmarshal([]byte(out), &e.report), "%s%s", out, errOut)
	return e
}

// doctorIn runs it in a working folder.
func doctorIn(t *testing.T, dir string, args []string, env ...string) (status int, out, errOut string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{"doctor"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append([]string{asBinary + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // its status says it
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// contentOf is everything at path: names, modes, times and content.
func contentOf(t *testing.T, path string) map[string]string {
	t.Helper()
	all := map[string]string{}
	_ = filepath.WalkDir(path, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // there may be nothing yet
		}
		info, err := e.Info()
		require.NoError(t, err)
		all[name] = info.Mode().String() + info.ModTime().String()
		if info.Mode().IsRegular() {
			b, err := os.ReadFile(name)
			require.NoError(t, err)
			sum := sha256.Sum256(b)
			all[name] += hex.EncodeToString(sum[:])
		}
		return nil
	})
	return all
}

// mustFind is the finding with the code, whose fix names what is to be done.
func (e examined) mustFind(code doctor.Code, fix string) {
	e.t.Helper()
	for _, f := range e.report.Items {
		if f.Code == code {
			assert.Contains(e.t, f.Fix, fix)
			return
		}
	}
	require.Fail(e.t, "not found", "%s in %+v", code, e.report.Items)
}

// installation is a data folder that a host made and closed in order.
func installation(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	b := serve(t, data)
	b.first()
	dir := folder(t, map[string]string{"manifest.json": htmlManifest, "index.html": strings.Repeat("<p>text</p>", 2000)})
	assert.Contains(t, b.cli("plugin", "install", dir, "--grant", "requested"), "succeeded")
	b.terminate()
	return data
}

func TestTheDoctorOfAHealthyMachine(t *testing.T) {
	data := installation(t)
	e := examine(t, data, nil)
	assert.Equal(t, exitDone, e.status, "%+v", e.report.Items)
	for _, code := range []doctor.Code{doctor.ConfigOK, doctor.DataOK, doctor.DatabaseOK, doctor.SecretsOK, doctor.PortOK, doctor.CertificateNone, doctor.ClockOK} {
		e.mustFind(code, "")
	}
	e = examine(t, filepath.Join(t.TempDir(), "none"), nil)
	assert.Equal(t, exitDone, e.status, "before the first start: %+v", e.report.Items)
	e.mustFind(doctor.DataMissing, "")
	e.mustFind(doctor.DatabaseNone, "")

	status, out, errOut := doctorIn(t, t.TempDir(), []string{"--strict"}, "XC_ADDR="+freeAddress(t), "XC_DATA_DIR="+data, "XC_LISTEN=x")
	assert.Equal(t, exitFailed, status, "a warning fails where that is asked for: %s", errOut)
	assert.Contains(t, out, "WARNING  configuration: the variable XC_LISTEN is not known")
	assert.Contains(t, out, "         fix: compare it with .env.example")
	status, _, errOut = doctorIn(t, t.TempDir(), []string{"-o", "xml"})
	assert.Equal(t, exitUsage, status, errOut)
}

// A host that begins anew beside the folders of plugins would take them for leftovers.
func TestAHostDoesNotBeginAnewBesideWhatPluginsKeep(t *testing.T) {
	data := installation(t)
	kept := filepath.Join(data, "plugins/hello-pages/data/kept")
	require.NoError(t, os.MkdirAll(filepath.Dir(kept), 0o700))
	require.NoError(t, os.WriteFile(kept, []byte("kept"), 0o600))
	away := filepath.Join(t.TempDir(), "store")
	require.NoError(t, os.Rename(filepath.Join(data, "store"), away))
	for range 2 { // that it was tried changes nothing
		b := launch(t, data, freeAddress(t))
		assert.Equal(t, exitFailed, b.ends())
		assert.Contains(t, b.text(), "the database is gone")
		assert.FileExists(t, kept)
	}
	require.NoError(t, os.RemoveAll(filepath.Join(data, "store")))
	require.NoError(t, os.Rename(away, filepath.Join(data, "store")))
	b := serve(t, data)
	res, _ := b.fetch("/readyz", nil)
	assert.Equal(t, 200, res.StatusCode)
	assert.FileExists(t, kept)
}

func TestTheDoctorNamesTheFix(t *testing.T) {
	data := installation(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	expired := newTLSFiles(t)
	expired.write(t, time.Now().Add(-time.Hour), "127.0.0.1")
	other := newTLSFiles(t)
	other.write(t, time.Now().Add(1000*time.Hour), "192.0.2.1")
	open := newTLSFiles(t)
	open.write(t, time.Now().Add(1000*time.Hour), "127.0.0.1")
	require.NoError(t, os.Chmod(open.key, 0o644))
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for name, c := range map[string]struct {
		code doctor.Code
		fix  string
		env  []string
		harm func(data string)
	}{
		"a taken port":                   {doctor.PortTaken, "XC_ADDR", []string{"XC_ADDR=" + taken.Addr().String()}, nil},
		"an address of another machine":  {doctor.PortRefused, "XC_ADDR", []string{"XC_ADDR=192.0.2.1:8080"}, nil},
		"an expired certificate":         {doctor.CertificateExpired, "XC_TLS_CERT", []string{"XC_TLS_CERT=" + expired.cert, "XC_TLS_KEY=" + expired.key}, nil},
		"a certificate of other names":   {doctor.CertificateName, "XC_PUBLIC_URL", []string{"XC_TLS_CERT=" + other.cert, "XC_TLS_KEY=" + other.key}, nil},
		"a key that is not its":          {doctor.CertificateUnreadable, "XC_TLS_KEY", []string{"XC_TLS_CERT=" + expired.cert, "XC_TLS_KEY=" + other.key}, nil},
		"a key that others may read":     {doctor.CertificateKeyOpen, "chmod 600", []string{"XC_TLS_CERT=" + open.cert, "XC_TLS_KEY=" + open.key}, nil},
		"no Node.js where it should be":  {doctor.RuntimeMissing, "XC_NODE_PATH", []string{"XC_NODE_PATH=/nonexistent"}, nil},
		"a required wall that is absent": {doctor.WallRequired, "XC_REQUIRE_WALLS", []string{"XC_REQUIRE_WALLS=disk"}, nil},
		"two wrong variables":            {doctor.ConfigInvalid, ".env", []string{"XC_MAX_UPLOAD_MB=0", "XC_VERSIONS_KEPT=0"}, nil},
		"a data folder that is a file":   {doctor.DataNoFolder, "XC_DATA_DIR", []string{"XC_DATA_DIR=" + file}, nil},
		"a secret key that others may read": {doctor.SecretKeyOpen, "chmod 600", nil, func(data string) {
			require.NoError(t, os.Chmod(filepath.Join(data, doctor.SecretKeyFile), 0o644))
		}},
		"a secret key that is gone": {doctor.SecretKeyGone, "XC_SECRET_KEY_FILE", nil, func(data string) {
			require.NoError(t, os.Remove(filepath.Join(data, doctor.SecretKeyFile)))
		}},
		"a secret key that is none": {doctor.SecretKeyInvalid, "chmod 600", nil, func(data string) {
			require.NoError(t, os.WriteFile(filepath.Join(data, doctor.SecretKeyFile), []byte("short"), 0o600))
		}},
		"a restore that was not finished": {doctor.RestoreUnfinished, "appzone restore", nil, func(data string) {
			require.NoError(t, os.WriteFile(filepath.Join(data, doctor.RestoreMark), nil, 0o600))
		}},
		"a flipped byte": {doctor.DatabaseDamaged, "appzone restore", nil, func(data string) {
			logs, err := filepath.Glob(filepath.Join(data, "store", "*.vlog"))
			require.NoError(t, err)
			require.NotEmpty(t, logs)
			b, err := os.ReadFile(logs[0])
			require.NoError(t, err)
			b[len(b)/2] ^= 1
			require.NoError(t, os.WriteFile(logs[0], b, 0o600))
		}},
		"a database that is missing": {doctor.DatabaseGone, "appzone restore", nil, func(data string) {
			require.NoError(t, os.RemoveAll(filepath.Join(data, "store")))
			require.NoError(t, os.MkdirAll(filepath.Join(data, "plugins/keeper/data"), 0o700))
		}},
		"a file that is missing": {doctor.DatabaseDamaged, "appzone restore", nil, func(data string) {
			require.NoError(t, os.Remove(filepath.Join(data, "store", "MANIFEST")))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			harmed := data
			if c.harm != nil {
				harmed = filepath.Join(t.TempDir(), "data")
				require.NoError(t, os.CopyFS(harmed, os.DirFS(data)))
				c.harm(harmed)
			}
			e := examine(t, harmed, nil, c.env...)
			assert.Equal(t, exitFailed, e.status, "%+v", e.report.Items)
			assert.Positive(t, e.report.Trouble)
			e.mustFind(c.code, c.fix)
			assert.Contains(t, e.errOut, "trouble: ")
		})
	}
}

func TestTheDoctorNamesAllThatIsWrongWithTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".env"), 0o700)) // which cannot be read by anybody
	status, out, _ := doctorIn(t, dir, nil, "XC_DATA_DIR="+filepath.Join(dir, "data"), "XC_ADDR="+freeAddress(t), "XC_MAX_UPLOAD_MB=much", "XC_REQUIRE_WALLS=moat")
	assert.Equal(t, exitFailed, status)
	for _, says := range []string{"config_unreadable", "XC_MAX_UPLOAD_MB", "XC_REQUIRE_WALLS"} {
		assert.Contains(t, out, says)
	}
}

func TestTheDoctorLooksAtCertificatesOfAnAuthority(t *testing.T) {
	const directory, name = "https://acme.example.org/directory", "zone.example.org"
	env := []string{"XC_TLS_AUTOCERT=" + name, "XC_TLS_AUTOCERT_DIRECTORY=" + directory}
	data := filepath.Join(t.TempDir(), "data")
	e := examine(t, data, nil, env...)
	assert.Equal(t, exitDone, e.status, "%+v", e.report.Items)
	e.mustFind(doctor.CertificateWaiting, "port 443")

	sum := sha256.Sum256([]byte(directory))
	dir := filepath.Join(data, "acme", hex.EncodeToString(sum[:8]))
	require.NoError(t, os.MkdirAll(dir, 0o700))
	files := newTLSFiles(t)
	for end, code := range map[time.Duration]doctor.Code{-time.Hour: doctor.CertificateExpired, time.Hour: doctor.CertificateExpiring, 1500 * time.Hour: doctor.CertificateOK} {
		files.write(t, time.Now().Add(end), name)
		require.NoError(t, os.Rename(files.cert, filepath.Join(dir, name)))
		e := examine(t, data, nil, env...)
		assert.Equal(t, code == doctor.CertificateExpired, e.status == exitFailed, "%+v", e.report.Items)
		e.mustFind(code, "")
	}
}

func TestTheDoctorTriesTheNetworkWhereThatIsAskedFor(t *testing.T) {
	asked := make(chan string, 10)
	registry := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.URL.Path }))
	defer registry.Close()
	data := filepath.Join(t.TempDir(), "data")
	reached := "XC_NPM_REGISTRY=" + registry.URL + "/npm/"
	examine(t, data, nil, reached)
	assert.Empty(t, asked, "nobody asked for it")
	e := examine(t, data, []string{"--network"}, reached)
	assert.Equal(t, exitDone, e.status, "%+v", e.report.Items)
	e.mustFind(doctor.NetworkOK, "")
	assert.Equal(t, "/npm/", <-asked)
	e = examine(t, data, []string{"--network"}, "XC_NPM_REGISTRY=http://user:s3cret@127.0.0.1:1/")
	assert.Equal(t, exitFailed, e.status)
	e.mustFind(doctor.NetworkUnreachable, "XC_NPM_REGISTRY")
	for _, f := range e.report.Items {
		assert.NotContains(t, f.Detail, "s3cret", "H8")
	}
}

func TestTheDoctorBesideARunningHost(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	b := serve(t, data)
	b.first()
	address := strings.TrimPrefix(b.url, "http://")
	run := func(env ...string) examined {
		status, out, errOut := doctorIn(t, t.TempDir(), []string{"-o", "json"}, append([]string{"XC_DATA_DIR=" + data, "XC_ADDR=" + address}, env...)...)
		e := examined{t: t, status: status, errOut: errOut}
		require.NoError(t, json.Unmarshal([]byte(out), &e.report), "%s%s", out, errOut)
		return e
	}
	e := run()
	assert.Equal(t, exitDone, e.status, "%+v", e.report.Items)
	e.mustFind(doctor.DatabaseInUse, "")
	e.mustFind(doctor.PortHost, "")

	e = run(envServer+"="+b.url, envToken+"="+os.Getenv(envToken))
	assert.Equal(t, exitDone, e.status, "%+v", e.report.Items)
	e.mustFind(doctor.HostOK, "")
	e.mustFind(doctor.AuditOK, "") // which only the host knows

	e = run(envServer+"="+b.url, envToken+"=azt_wrong")
	assert.Equal(t, exitFailed, e.status)
	e.mustFind(doctor.HostUnreachable, "--token")
	e = run(envServer + "=zone.example.org")
	assert.Equal(t, exitFailed, e.status, "that is no URL")
	e.mustFind(doctor.HostUnreachable, "--server")
	elsewhere := examine(t, filepath.Join(t.TempDir(), "data"), nil, "XC_ADDR="+address)
	elsewhere.mustFind(doctor.PortTaken, "XC_ADDR")

	// A plugin that cannot start is named with its fix.
	dir := folder(t, map[string]string{"manifest.json": `{"name":"Broken","version":"1.0.0","description":"d","type":"script","parameters":{"scriptName":"b","scriptPath":"index.js","permissions":{}}}`,
		"index.js": "throw new Error('broken')"})
	b.cli("plugin", "install", dir, "--grant", "requested")
	status, _, errOut := command(t, "", "plugin", "start", "broken", "--server", b.url)
	require.Equal(t, exitFailed, status, errOut)
	require.Eventually(t, func() bool {
		report := run(envServer+"="+b.url, envToken+"="+os.Getenv(envToken))
		return report.status == exitFailed && strings.Contains(report.fixes(), "appzone plugin logs broken")
	}, 30*time.Second, time.Second)
}

// fixes are what is to be done, in one text.
func (e examined) fixes() string {
	text := ""
	for _, f := range e.report.Items {
		text += f.Fix + "\n"
	}
	return text
}

// write makes a certificate for one address or name that ends then, of an authority that nobody trusts.
func (f tlsFiles) write(t *testing.T, end time.Time, address string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: end.Add(-2000 * time.Hour), NotAfter: end}
	if ip := net.ParseIP(address); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{address}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(f.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(f.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
}
