package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
	"appzone/host/archive"
)

func (a *app) backup() *cobra.Command {
	var file string
	cmd := &cobra.Command{Use: "backup", Short: "Make a backup of the host, which goes on", Args: noArgs,
		Long: "Make a backup of the host, which goes on meanwhile, and check it on the way. It holds records, files and plugins' data, but not the key of the secrets:\n" +
			"keep a copy of secret.key (or of XC_SECRET_KEY) in another place. 'appzone restore' makes a host of it. A file that is there is not overwritten.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			name := first(file, "appzone-"+time.Now().UTC().Format("20060102-150405")+".tar.zst")
			return a.download(cmd.Context(), client.Request{Method: "POST", Path: client.Path("backup")}, archive.KindHost, name)
		}}
	cmd.Flags().StringVarP(&file, "file", "f", "", "where to (default appzone-DATE.tar.zst in the working folder, - for standard output)")
	return cmd
}

// download takes an archive from the host to a file, which is there when it is whole, or to standard output.
func (a *app) download(ctx context.Context, r client.Request, kind, file string) (err error) {
	if file == "-" {
		if isTerminal(a.out) {
			return usage("a backup is not for a terminal: name a file with --file, or send it on")
		}
		_, err := a.fetchArchive(ctx, r, kind, a.out)
		return err
	}
	if _, err := os.Lstat(file); !errors.Is(err, os.ErrNotExist) {
		return errors.Join(err, fmt.Errorf("%s is there already, and is not overwritten: choose another name", file))
	}
	out, err := os.CreateTemp(filepath.Dir(file), ".backup-*") // for its owner alone
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ifThere(os.Remove(out.Name()))) }()
	size, err := a.fetchArchive(ctx, r, kind, out)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	if err := putNew(out.Name(), file); err != nil {
		return err
	}
	fmt.Fprintf(a.errOut, "%s (%d bytes, checked)\n", file, size)
	return nil
}

// putNew gives a file its name, unless that was taken meanwhile.
func putNew(from, to string) error {
	err := os.Link(from, to)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already, and is not overwritten: choose another name", to)
	}
	if err != nil { // a file system without links
		err = os.Rename(from, to)
	}
	if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

func ifThere(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// fetchArchive copies the host's answer and checks it on the way.
func (a *app) fetchArchive(ctx context.Context, r client.Request, kind string, out io.Writer) (size int64, err error) {
	c, err := a.client()
	if err != nil {
		return 0, err
	}
	r.Header = http.Header{"Accept": {"application/zstd, application/problem+json"}}
	body, err := c.Stream(ctx, r)
	if err != nil {
		return 0, err
	}
	defer body.Close()
	counted := &counter{Reader: a.watchedAs("downloading", body, -1)}
	copied := io.TeeReader(counted, out)
	if err := checkArchive(copied, kind); err != nil {
		return 0, asProblem(err)
	}
	_, err = io.Copy(io.Discard, copied)
	return counted.n, err
}

// counter counts what is read.
type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

// checkArchive reads an archive to its end.
func checkArchive(in io.Reader, kind string) error {
	r, err := archive.NewReader(in, kind, archive.Limits{Bytes: math.MaxInt64, Entries: math.MaxInt64})
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		if _, err := r.Next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
