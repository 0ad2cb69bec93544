package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	nodeHello    = "require('http').createServer((q, a) => a.end('hello')).listen(Number(process.argv[2] || 9006), '127.0.0.1');\n"
	quickjsHello = "export default { fetch() { return new Response('hello'); } };\n"
)

// guest is a plugin that answers one short request.
type guest struct {
	name  string
	node  bool
	entry string            // its file in the zip
	code  string            // of that file, or
	build string            // the command that makes it: OUT is the file
	path  string            // what is asked for
	limit int               // MB of memory, 0 for the default
	files map[string][]byte // others of its files
}

// express is the guest that needs packages.
const express = "Node express"

// guests are compared with the first of them. What is built are the kits' conformance apps: their /echo answers with no
// more than three headers. The folder is the repository's.
var guests = []guest{
	{name: "Node http", node: true, entry: "app/index.js", code: nodeHello, path: "/"},
	{name: express, node: true, entry: "app/index.js", code: expressHello, path: "/"},
	{name: "QuickJS", entry: "app/plugin.js", code: quickjsHello, path: "/"},
	{name: "Go lean", entry: "app/plugin.wasm", build: "go build -trimpath -ldflags=-s -o OUT ./sandbox/guest/go/conformance/lean", path: "/echo", limit: 64},
	{name: "Go net/http", entry: "app/plugin.wasm", build: "go build -trimpath -ldflags=-s -o OUT ./sandbox/guest/go/conformance/nethttp", path: "/echo"},
	{name: "Rust", entry: "app/plugin.wasm", path: "/echo", limit: 16,
		build: "/usr/bin/rustc --edition 2021 --target wasm32-wasi -O -C strip=symbols -o OUT sandbox/guest/rust/conformance/main.rs"},
	{name: "C", entry: "app/plugin.wasm", path: "/echo", limit: 16,
		build: "clang --target=wasm32-wasi -O2 -Wl,--strip-all -o OUT sandbox/guest/c/conformance/main.c sandbox/guest/c/*.c"},
}

// somewhere is an address that guests ask for and nobody is at: the conformance apps import what takes a grant.
const somewhere = "192.0.2.1:443"

// errNoCompiler says that a guest cannot be built on this machine.
var errNoCompiler = errors.New("left out, its compiler is not installed")

// compile returns what stands in the guest's file.
func (g guest) compile(ctx context.Context, b *bench) ([]byte, error) {
	if g.build == "" {
		return []byte(g.code), nil
	}
	return buildGuest(ctx, filepath.Join(b.dir, "guest.wasm"), g.build, "GOOS=wasip1", "GOARCH=wasm")
}

// pack makes the guest's zip, under a name of its own. outbound is what it asks to reach.
func (g guest) pack(name string, code []byte, outbound ...string) ([]byte, error) {
	permissions := map[string]any{}
	if len(outbound) > 0 {
		permissions["network"] = map[string]any{"outbound": outbound}
	}
	parameters := map[string]any{"scriptName": name, "permissions": permissions}
	if g.node {
		parameters["scriptPath"] = g.entry
	} else {
		parameters["runtime"], parameters["wasmPath"] = "wasm", g.entry
	}
	if g.limit > 0 {
		parameters["limits"] = map[string]any{"memoryMB": g.limit}
	}
	manifest := map[string]any{"name": name, "version": "1.0.0", "description": "For measurements.", "type": "script", "parameters": parameters}
	files := maps.Clone(g.files)
	if files == nil {
		files = map[string][]byte{}
	}
	files[g.entry] = code
	return zipOf(manifest, files)
}

// filesBelow reads a folder's files, by their names with prefix before them.
func filesBelow(dir, prefix string) (map[string][]byte, error) {
	files := map[string][]byte{}
	tree := os.DirFS(dir)
	return files, fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files[prefix+name], err = fs.ReadFile(tree, name)
		return err
	})
}

// buildGuest runs a compiler and returns what it made.
func buildGuest(ctx context.Context, out, command string, env ...string) ([]byte, error) {
	args := strings.Fields(strings.ReplaceAll(command, "OUT", out))
	if lacks(args[:1]) != "" {
		return nil, errNoCompiler
	}
	var all []string
	for _, arg := range args[1:] {
		if files, err := filepath.Glob(arg); err == nil && len(files) > 0 {
			all = append(all, files...)
		} else {
			all = append(all, arg)
		}
	}
	cmd := exec.CommandContext(ctx, args[0], all...)
	cmd.Env = append(os.Environ(), env...)
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%.500s", command, err, text)
	}
	return os.ReadFile(out)
}

// plugin is a guest that is installed.
type plugin struct {
	guest
	id string
}

// installGuests installs one plugin for each guest that can be built here.
func (b *bench) installGuests(ctx context.Context, h *host, guests []guest) ([]plugin, error) {
	var all []plugin
	for n, g := range guests {
		code, err := g.compile(ctx, b)
		if errors.Is(err, errNoCompiler) {
			fmt.Printf("  %-14s %v\n", g.name, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		zip, err := g.pack(fmt.Sprintf("guest-%d", n), code, somewhere)
		if err != nil {
			return nil, err
		}
		id, err := h.install(ctx, zip)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", g.name, err)
		}
		all = append(all, plugin{g, id})
	}
	return all, nil
}

// url is where the plugin answers.
func (p plugin) url(h *host) string { return h.url + "/apps/" + p.id + p.path }
