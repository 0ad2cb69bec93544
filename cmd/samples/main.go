package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"appzone/host/bundle"
)

// errNoCompiler says that a guest cannot be built on this machine.
var errNoCompiler = errors.New("its compiler is not installed")

func main() {
	out := flag.String("o", "samples/dist", "`folder` for the packed samples")
	all := flag.Bool("all", false, "fail where a guest's compiler is missing, instead of leaving the sample out")
	flag.Parse()
	dir := "samples"
	if flag.NArg() > 0 {
		dir = flag.Arg(0)
	}
	if err := packAll(dir, *out, *all); err != nil {
		fmt.Fprintln(os.Stderr, "samples:", err)
		os.Exit(1)
	}
}

// packAll packs every sample below dir and removes what out held of samples that are gone.
func packAll(dir, out string, all bool) error {
	manifests, err := filepath.Glob(filepath.Join(dir, "*", "manifest.json"))
	if err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(out, "*.*"))
	if err != nil {
		return err
	}
	for _, file := range old {
		if filepath.Base(file) == ".gitkeep" {
			continue
		}
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	for _, file := range manifests {
		folder := filepath.Dir(file)
		size, err := pack(folder, filepath.Join(out, filepath.Base(folder)))
		switch {
		case errors.Is(err, errNoCompiler) && !all:
			fmt.Printf("%-16s left out: %v\n", filepath.Base(folder), err)
		case err != nil:
			return fmt.Errorf("%s: %w", folder, err)
		default:
			fmt.Printf("%-16s %d KB\n", filepath.Base(folder), (size+1023)/1024)
		}
	}
	return nil
}

// pack builds and packs one sample as target.zip, .json and .md. It returns the size of the zip.
func pack(folder, target string) (int, error) {
	if err := build(folder); err != nil {
		return 0, err
	}
	var zip bytes.Buffer
	if err := bundle.Pack(folder, &zip); err != nil {
		return 0, err
	}
	for ending, source := range map[string]string{".json": "manifest.json", ".md": "README.md"} {
		b, err := os.ReadFile(filepath.Join(folder, source))
		if err != nil {
			return 0, err
		}
		if err := os.WriteFile(target+ending, b, 0o644); err != nil {
			return 0, err
		}
	}
	return zip.Len(), os.WriteFile(target+".zip", zip.Bytes(), 0o644)
}

// build compiles the guest of a sample whose source is main.go or main.c beside its manifest. Others have nothing to build.
func build(folder string) error {
	wasm := filepath.Join(folder, "app", "plugin.wasm")
	commands := map[string][]string{
		"main.go": {"go", "build", "-trimpath", "-ldflags=-s -w", "-o", wasm, "./" + folder},
		"main.c":  {"clang", "--target=wasm32-wasi", "-O2", "-Wall", "-Wextra", "-Werror", "-Wl,--strip-all", "-o", wasm, filepath.Join(folder, "main.c")},
	}
	for source, args := range commands {
		if _, err := os.Stat(filepath.Join(folder, source)); err != nil {
			continue
		}
		if _, err := exec.LookPath(args[0]); err != nil {
			return fmt.Errorf("%s: %w", args[0], errNoCompiler)
		}
		if err := os.MkdirAll(filepath.Dir(wasm), 0o755); err != nil {
			return err
		}
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
		if b, err := cmd.CombinedOutput(); err != nil {
			if args[0] == "clang" { // often there without WASI's C library, or without the target
				err = fmt.Errorf("clang for wasm32-wasi: %w", errNoCompiler)
			}
			return fmt.Errorf("%w\n%s", err, b)
		}
	}
	return nil
}
