package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// compiler makes the module of a sample from the source file of its name.
type compiler struct {
	// programs are tried in this order: Debian's Rust has WASI's target, which another one in PATH often has not.
	programs []string
	// args come before the output file.
	args []string
	// sources are patterns of files that follow it.
	sources func(folder string) []string
}

// compilers are by the name of the source beside the manifest.
var compilers = map[string]compiler{
	"main.go": {
		programs: []string{"go"},
		args:     []string{"build", "-trimpath", "-ldflags=-s -w", "-o"},
		sources:  func(folder string) []string { return []string{"./" + folder} },
	},
	"main.c": {
		programs: []string{"clang"},
		args:     []string{"--target=wasm32-wasi", "-O2", "-Wall", "-Wextra", "-Werror", "-Wl,--strip-all", "-o"},
		sources: func(folder string) []string {
			return []string{filepath.Join(folder, "main.c"), filepath.Join("sandbox", "guest", "c", "*.c")}
		},
	},
	"main.rs": {
		programs: []string{"/usr/bin/rustc", "rustc"},
		args:     []string{"--edition", "2021", "--target", "wasm32-wasi", "-O", "-C", "strip=symbols", "-o"},
		sources:  func(folder string) []string { return []string{filepath.Join(folder, "main.rs")} },
	},
}

// build compiles the guest of a sample whose source is beside its manifest. Others have nothing to build.
func build(folder string) error {
	for source, c := range compilers {
		if _, err := os.Stat(filepath.Join(folder, source)); err != nil {
			continue
		}
		if err := c.build(folder); err != nil {
			return err
		}
	}
	return nil
}

func (c compiler) build(folder string) error {
	program, err := c.find()
	if err != nil {
		return err
	}
	module := filepath.Join(folder, "app", "plugin.wasm")
	if err := os.MkdirAll(filepath.Dir(module), 0o755); err != nil {
		return err
	}
	args := append(append([]string{}, c.args...), module)
	for _, pattern := range c.sources(folder) {
		files, err := filepath.Glob(pattern)
		if err != nil {
			return err
		}
		if len(files) == 0 {
			files = []string{pattern}
		}
		args = append(args, files...)
	}
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	if b, err := cmd.CombinedOutput(); err != nil {
		if program != "go" { // often there without WASI's C library, or without the target
			err = fmt.Errorf("%s for wasm32-wasi: %w", program, errNoCompiler)
		}
		return fmt.Errorf("%w\n%s", err, b)
	}
	return nil
}

func (c compiler) find() (string, error) {
	for _, program := range c.programs {
		if _, err := exec.LookPath(program); err == nil {
			return program, nil
		} else if !errors.Is(err, exec.ErrNotFound) && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
	}
	return "", fmt.Errorf("%s: %w", c.programs[0], errNoCompiler)
}
