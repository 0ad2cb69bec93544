package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
)

// passwordFile is where the first password is written when nobody watches.
const passwordFile = "initial-admin-password"

// firstUser is whose password that is.
const firstUser = "admin"

// announcer tells the generated first password: on the terminal, else in a file that only the host's user may read.
func (a *app) announcer(data string, log *slog.Logger) func(user, password string) error {
	return func(user, password string) error {
		if isTerminal(a.errOut) {
			_, err := fmt.Fprintf(a.errOut, "\n  First start. Log in with\n    user      %s\n    password  %s\n  It is shown this once.\n\n", user, password)
			return err
		}
		path := filepath.Join(data, passwordFile)
		if err := writePrivate(path, password+"\n"); err != nil {
			return fmt.Errorf("write the first password: %w", err)
		}
		log.Info("first start: the administrator's password is in a file", "user", user, "file", path)
		return nil
	}
}

// forgetFirst removes the file with the first password once that is not the administrator's any more.
func forgetFirst(data string, log *slog.Logger) func(user string) {
	return func(user string) {
		if user != firstUser {
			return
		}
		path := filepath.Join(data, passwordFile)
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			log.Warn("the file with the first password is not removed; it is of no use any more", "file", path, "error", err)
		}
	}
}

// writePrivate replaces path by a file that nobody else may read, and has it on the disk when it returns.
func writePrivate(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".password-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if bad := f.Close(); err == nil {
		err = bad
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
