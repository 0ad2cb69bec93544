package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
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
