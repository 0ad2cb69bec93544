package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"appzone/host/signature"
)

func (a *app) keygen() *cobra.Command {
	var file, passwordFile string
	var noPassword bool
	cmd := &cobra.Command{Use: "keygen", Short: "Make the pair of keys that plugins are signed with", Args: noArgs,
		Long: "Make a publisher's pair of keys: a secret one, which 'appzone sign' signs plugins with, and a public one, which is given to\n" +
			"administrators. The files are those of the minisign tool. No file is overwritten.\n\n" +
			"The password is asked for, or is the first line of --password-file. Whoever has the secret key's file and the password can sign as you.",
		RunE: func(*cobra.Command, []string) error {
			if err := a.checkFormat(); err != nil {
				return err
			}
			public := strings.TrimSuffix(file, ".key") + ".pub"
			for _, name := range []string{file, public} {
				if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
					return errors.Join(fmt.Errorf("%s is there already, and no key is overwritten; name another with --file", name), err)
				}
			}
			password, err := a.newKeyPassword(passwordFile, noPassword)
			if err != nil {
				return err
			}
			key, err := makeKey(file, public, password)
			if err != nil {
				return err
			}
			raw, err := json.Marshal(map[string]string{"id": key.ID, "publicKey": key.Base64, "secretKeyFile": file, "publicKeyFile": public})
			if err != nil {
				return err
			}
			return a.print(raw, func(w io.Writer) error {
				row(w, "id", key.ID)
				row(w, "public key", key.Base64)
				row(w, "to give away", public)
				row(w, "to keep secret", file)
				return nil
			})
		}}
	cmd.Flags().StringVarP(&file, "file", "f", "appzone.key", "file of the secret key; the public one is beside it, with .pub")
	cmd.Flags().StringVar(&passwordFile, "password-file", "", "file with the password (- for standard input)")
	cmd.Flags().BoolVar(&noPassword, "no-password", false, "do not encrypt the secret key")
	return cmd
}

// newKeyPassword is the password of a new key, or "" for none.
func (a *app) newKeyPassword(file string, none bool) (string, error) {
	switch {
	case none && file != "":
		return "", usage("--no-password wants no password and --password-file names one: use one of them")
	case none:
		return "", nil
	case file != "":
		return a.passwordFrom(file)
	case !isTerminal(a.in):
		return "", usage("the password is asked for on a terminal; elsewhere use --password-file, with - for standard input, or --no-password")
	}
	password, err := a.promptTwice()
	if err == nil && password == "" {
		err = errors.New("an empty password protects nothing; if that is what you want, use --no-password")
	}
	return password, err
}

// makeKey makes a pair and writes both files, or none.
func makeKey(file, public, password string) (signature.PublicKey, error) {
	key, err := signature.NewKey()
	if err != nil {
		return signature.PublicKey{}, err
	}
	text, err := key.Plain()
	if password != "" {
		text, err = key.Encrypt(password)
	}
	if err != nil {
		return signature.PublicKey{}, err
	}
	if err := writeNew(file, text, 0o600); err != nil {
		return signature.PublicKey{}, err
	}
	if err := writeNew(public, key.Public().Text(), 0o644); err != nil {
		return signature.PublicKey{}, errors.Join(err, os.Remove(file))
	}
	return key.Public(), nil
}

// writeNew writes a file that is not there yet, and has it on the disk when it returns.
func writeNew(name string, text []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(filepath.Clean(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}
