package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// noise is n bytes that do not compress, the same for the same seed.
func noise(n int, seed uint64) []byte {
	var key [32]byte
	key[0] = byte(seed)
	b := make([]byte, n)
	_, _ = rand.NewChaCha8(key).Read(b)
	return b
}

// manyFiles is 5,000 small files of text, as node_modules has them; fewFiles is 40 MB in a few that do not compress.
func manyFiles() map[string][]byte {
	files := pages()
	for i := range 5000 - len(files) {
		text := fmt.Appendf(nil, "// module %d\n", i)
		for j := range 20 + i%60 {
			text = fmt.Appendf(text, "exports.value%d = (a, b) => a + b * %d + %d;\n", j, i*31+j, j*j)
		}
		files[fmt.Sprintf("lib/part%02d/module%04d.js", i%50, i)] = text
	}
	return files
}

func fewFiles() map[string][]byte {
	files := pages()
	for i := range 8 {
		files[fmt.Sprintf("media/video%d.bin", i)] = noise(5<<20, uint64(i+2))
	}
	return files
}

// install compares upload and installation with unzip. The host keeps what it takes in on disk before it answers; unzip does not wait for that.
func (b *bench) install(ctx context.Context) error {
	fmt.Println("\nupload and installation against unzip (which neither checks nor syncs)")
	h, err := b.startHost(ctx, "install-data")
	if err != nil {
		return err
	}
	defer h.stop()
	for _, f := range []struct {
		label string
		files map[string][]byte
	}{{"5,000 small files", manyFiles()}, {"8 files, 40 MB", fewFiles()}} {
		zip, err := zipOf(htmlManifest("Install"), f.files)
		if err != nil {
			return err
		}
		file := filepath.Join(b.dir, "install.zip")
		if err := os.WriteFile(file, zip, 0o644); err != nil {
			return err
		}
		label := fmt.Sprintf("%s (zip: %.1f MB)", f.label, float64(len(zip))/(1<<20))
		err = b.race(label, "unzip",
			func() (time.Duration, error) { return b.timeInstall(ctx, h, zip) },
			func() (time.Duration, error) { return b.timeUnzip(ctx, file) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) timeInstall(ctx context.Context, h *host, zip []byte) (time.Duration, error) {
	began := time.Now()
	id, err := h.install(ctx, zip)
	took := time.Since(began)
	if err != nil {
		return 0, err
	}
	err = h.remove(ctx, id)
	h.settle(ctx)
	return took, err
}

func (b *bench) timeUnzip(ctx context.Context, file string) (time.Duration, error) {
	dir := filepath.Join(b.dir, "unzipped")
	began := time.Now()
	out, err := exec.CommandContext(ctx, "unzip", "-q", file, "-d", dir).CombinedOutput()
	took := time.Since(began)
	if err != nil {
		return 0, fmt.Errorf("unzip: %w: %.500s", err, out)
	}
	return took, os.RemoveAll(dir)
}

// race lets the host and another program take turns at the same work, and prints how their times compare.
func (b *bench) race(label, other string, ours, theirs func() (time.Duration, error)) error {
	var a, c []float64
	for range b.rounds {
		for _, side := range []struct {
			run   func() (time.Duration, error)
			times *[]float64
		}{{ours, &a}, {theirs, &c}} {
			took, err := side.run()
			if err != nil {
				return err
			}
			*side.times = append(*side.times, took.Seconds()*1000)
		}
	}
	fmt.Printf("  %-36s appzone %7.0f ms   %-6s %7.0f ms   appzone: %.2f x the time\n", label, median(a), other, median(c), ratio(a, c, same))
	return nil
}
