package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"appzone/host/bundle"
	"appzone/host/manifest"
	"appzone/host/signature"
)

func (a *app) pack() *cobra.Command {
	var to string
	cmd := &cobra.Command{Use: "pack DIR", Short: "Make a plugin's zip of its folder", Args: exactArgs("DIR"),
		RunE: func(_ *cobra.Command, args []string) error {
			raw, err := os.ReadFile(filepath.Join(args[0], "manifest.json"))
			if err != nil {
				return err
			}
			m, _, err := manifest.Parse(raw)
			if err != nil {
				return asProblem(err)
			}
			if to == "" {
				to = m.ID + "-" + filepath.Base(m.Version) + ".zip"
			}
			size, err := packTo(args[0], to)
			if err != nil {
				return asProblem(err)
			}
			if formerSignature(args[0]) {
				fmt.Fprintf(a.errOut, "The folder's signature is left out: sign the zip with appzone sign.\n")
			}
			_, err = fmt.Fprintf(a.out, "%s (%d bytes)\n", to, size)
			return err
		}}
	cmd.Flags().StringVarP(&to, "file", "f", "", "name of the zip (default ID-VERSION.zip in the working folder)")
	return cmd
}

// packTo writes the zip of a folder in the place of to.
func packTo(dir, to string) (size int64, err error) {
	return replaceFile(to, func(f *os.File) error { return bundle.Pack(dir, f) })
}

// replaceFile lets write fill a file beside its place, and puts it there when it is whole and on the disk.
func replaceFile(to string, write func(*os.File) error) (size int64, err error) {
	f, err := os.CreateTemp(filepath.Dir(to), ".pack-*")
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err = write(f); err == nil {
		err = errors.Join(f.Chmod(0o644), f.Sync())
	}
	info, bad := f.Stat()
	if err = errors.Join(err, bad, f.Close()); err != nil {
		return 0, err
	}
	return info.Size(), os.Rename(f.Name(), to)
}

// formerSignature tells whether a folder has a signature, which is not packed.
func formerSignature(dir string) bool {
	for _, name := range []string{signature.ListFile, signature.SignatureFile, signature.KeyFile} {
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name))); err == nil {
			return true
		}
	}
	return false
}
