package process

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// systemFolders hold what a dynamically linked program needs. On many systems all but the first are
// links into it.
var systemFolders = []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}

// systemConfig is what name resolution, TLS and the dynamic linker read. Folders that also hold private keys are not shown
// as a whole: root's uid could read those.
var systemConfig = []string{
	"/etc/alternatives", "/etc/ca-certificates", "/etc/gai.conf", "/etc/host.conf", "/etc/hosts",
	"/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/mime.types",
	"/etc/nsswitch.conf", "/etc/protocols", "/etc/resolv.conf", "/etc/services",
	"/etc/ssl/cert.pem", "/etc/ssl/certs", "/etc/ssl/openssl.cnf",
	"/etc/crypto-policies", "/etc/pki/ca-trust", "/etc/pki/tls/cert.pem", "/etc/pki/tls/certs", "/etc/pki/tls/openssl.cnf",
}

// systemProc is what programs ask the kernel about the machine and themselves. With a view of
// its own a child sees all of its /proc.
var systemProc = []string{
	"/proc/cpuinfo", "/proc/loadavg", "/proc/meminfo", "/proc/self", "/proc/stat", "/proc/uptime", "/proc/version",
}

var systemDevices = []string{"/dev/full", "/dev/null", "/dev/random", "/dev/urandom", "/dev/zero"}

// systemPaths are the real folders and files among the system's; links are made by systemLinks.
func (o *order) systemPaths() []string {
	if !o.Jail.SystemFiles {
		return nil
	}
	paths := slices.Clone(systemConfig)
	for _, path := range systemFolders {
		if info, err := os.Lstat(path); err == nil && info.IsDir() {
			paths = append(paths, path)
		}
	}
	return paths
}

func (o *order) devices() []string {
	if !o.Jail.SystemFiles {
		return nil
	}
	return systemDevices
}

// systemLinks makes the links of the new tree, and the account that the child runs as.
func (o *order) systemLinks() error {
	links := map[string]string{
		"/dev/fd": "/proc/self/fd", "/dev/stdin": "/proc/self/fd/0",
		"/dev/stdout": "/proc/self/fd/1", "/dev/stderr": "/proc/self/fd/2",
	}
	for _, path := range systemFolders {
		if target, err := os.Readlink(path); err == nil {
			links[path] = target
		}
	}
	for path, target := range links {
		if err := os.MkdirAll(filepath.Dir(viewRoot+path), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(target, viewRoot+path); err != nil {
			return err
		}
	}
	uid, gid := o.user()
	account := map[string]string{
		"/etc/passwd": fmt.Sprintf("app:x:%d:%d::/:/usr/sbin/nologin\n", uid, gid),
		"/etc/group":  fmt.Sprintf("app:x:%d:\n", gid),
	}
	for path, text := range account {
		if err := os.MkdirAll(filepath.Dir(viewRoot+path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(viewRoot+path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
