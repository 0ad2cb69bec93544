package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"appzone/host/bundle"
	"appzone/host/manifest"
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
			_, err = fmt.Fprintf(a.out, "%s (%d bytes)\n", to, size)
			return err
		}}
	cmd.Flags().StringVarP(&to, "file", "f", "", "name of the zip (default ID-VERSION.zip in the working folder)")
	return cmd
}

// packTo writes the zip beside its place and puts it there when it is whole.
func packTo(dir, to string) (size int64, err error) {
	f, err := os.CreateTemp(filepath.Dir(to), ".pack-*")
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err = bundle.Pack(dir, f); err == nil {
		err = f.Chmod(0o644)
	}
	info, bad := f.Stat()
	if err == nil {
		err = bad
	}
	if bad := f.Close(); err == nil {
		err = bad
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), os.Rename(f.Name(), to)
}
