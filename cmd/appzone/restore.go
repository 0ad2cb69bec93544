package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"appzone/host"
	"appzone/store"
)

func (a *app) restore() *cobra.Command {
	var dir string
	cmd := &cobra.Command{Use: "restore FILE", Short: "Make a data folder of a backup", Args: exactArgs("FILE"),
		Long: "Make a data folder of a backup (- for standard input), for 'appzone serve' to serve from. The folder must be absent or empty; all of the backup is checked, and nothing\n" +
			"is left if anything is wrong. No host is needed, and none may use the folder.",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if dir == "" {
				cfg, err := loadConfig()
				if err != nil {
					return usageError{err}
				}
				dir = cfg.DataDir
			}
			in := a.in
			if args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, f.Close()) }()
				in = f
			}
			return a.restoreFrom(cmd.Context(), in, dir)
		}}
	cmd.Flags().StringVar(&dir, "data-dir", "", "the folder (default $XC_DATA_DIR or ./data)")
	return cmd
}

func (a *app) restoreFrom(ctx context.Context, in io.Reader, dir string) error {
	quiet := slog.New(slog.NewTextHandler(a.errOut, &slog.HandlerOptions{Level: slog.LevelWarn}))
	open := func(ctx context.Context, dataDir string) (host.Store, error) {
		return store.Open(ctx, store.Options{Dir: filepath.Join(dataDir, "store"), Logger: quiet})
	}
	done, err := host.Restore(ctx, host.RestoreOptions{DataDir: dir, OpenStore: open}, in)
	if err != nil {
		return asProblem(err)
	}
	fmt.Fprintf(a.out, "restored the backup of %s into %s: %d plugins, %d records, %d files\n", done.CreatedAt.Local().Format("2006-01-02 15:04:05"), clean(dir), done.Plugins, done.Records, done.Files)
	fmt.Fprintln(a.out, "Not in a backup:")
	for _, what := range done.LeftOut {
		fmt.Fprintf(a.out, "  %s\n", clean(what))
	}
	_, err = fmt.Fprintf(a.out, "Secrets were encrypted with the key %s: before you start the host, put that secret.key into %s, or set XC_SECRET_KEY. Without it they have to be set again.\n",
		clean(done.KeyID), clean(dir))
	return err
}
