package nodebridge

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"appzone/host/fault"
)

// npmConfig is what npm is told about the network.
type npmConfig struct {
	registry string
	proxy    string
	noProxy  string
	caFile   string
}

// npmConfigTimeout bounds the question for this machine's npm settings.
const npmConfigTimeout = 30 * time.Second

// findNPM returns npm's program: the one that was configured, the one that came with Node.js, or the one in PATH.
func (r *Runtime) findNPM(n *node) (string, error) {
	candidates := []string{
		r.options.NPMPath,
		filepath.Join(filepath.Dir(n.path), "../lib/node_modules/npm/bin/npm-cli.js"),
		"/usr/share/nodejs/npm/bin/npm-cli.js",
	}
	if path, err := exec.LookPath("npm"); err == nil {
		candidates = append(candidates, path)
	}
	for _, path := range candidates {
		real, err := filepath.EvalSymlinks(path)
		if err != nil || filepath.Ext(real) != ".js" {
			continue
		}
		if info, err := os.Stat(real); err == nil && info.Mode().IsRegular() {
			return filepath.Abs(real)
		}
	}
	return "", fault.New(fault.Unavailable, "npm_missing", "packages cannot be installed: npm is not on this machine; install it, or bundle node_modules in the zip")
}

// npmRoot is the folder that npm's program reads its own code from.
func npmRoot(npm string) string { return filepath.Dir(filepath.Dir(npm)) }

// npmSettings returns the options, and for those that are not set what npm is configured with on this
// machine. npm is asked once, as the host itself: the installs do not see the host's settings files.
func (r *Runtime) npmSettings(ctx context.Context, n *node, npm string) (npmConfig, error) {
	r.npmMu.Lock()
	defer r.npmMu.Unlock()
	if r.system == nil {
		system, err := askNPM(ctx, n, npm, r.options.Dir)
		if err != nil {
			return npmConfig{}, err
		}
		r.system = &system
	}
	c := *r.system
	if r.options.NPMRegistry != "" {
		c.registry = r.options.NPMRegistry
	}
	if r.options.HTTPProxy != "" {
		c.proxy = r.options.HTTPProxy
	}
	if r.options.CAFile != "" {
		c.caFile = r.options.CAFile
	}
	return c, nil
}

// askNPM runs with the host's environment, since that is where the settings come from. dir has no project file.
func askNPM(ctx context.Context, n *node, npm, dir string) (npmConfig, error) {
	ctx, cancel := context.WithTimeout(ctx, npmConfigTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, n.path, npm, "config", "list", "--json", "--loglevel=error")
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return npmConfig{}, fault.Wrap(err, fault.Unavailable, "npm_missing", "packages cannot be installed: npm did not tell its settings; repair it, or bundle node_modules in the zip")
	}
	var in map[string]any
	if err := json.Unmarshal(out, &in); err != nil {
		return npmConfig{}, fault.Wrap(err, fault.Unavailable, "npm_missing", "packages cannot be installed: npm's settings are not readable")
	}
	text := func(names ...string) string {
		for _, name := range names {
			if s, ok := in[name].(string); ok && s != "" {
				return s
			}
		}
		return ""
	}
	return npmConfig{registry: text("registry"), proxy: text("https-proxy", "proxy"), noProxy: text("noproxy"), caFile: text("cafile")}, nil
}

// flags are npm's arguments for the network.
func (c npmConfig) flags() []string {
	var flags []string
	for name, value := range map[string]string{"registry": c.registry, "https-proxy": c.proxy, "proxy": c.proxy, "noproxy": c.noProxy, "cafile": c.caFile} {
		if value = strings.TrimSpace(value); value != "" {
			flags = append(flags, "--"+name+"="+value)
		}
	}
	return flags
}
