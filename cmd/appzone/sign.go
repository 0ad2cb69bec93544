package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"appzone/host/bundle"
	"appzone/host/signature"
)

func (a *app) sign() *cobra.Command {
	var keyFile, passwordFile, to, comment string
	cmd := &cobra.Command{Use: "sign ZIP", Short: "Sign a plugin's zip", Args: exactArgs("ZIP"),
		Long: "Sign a plugin's zip with the secret key that 'appzone keygen' or the minisign tool made. The signature is three files more in the zip,\n" +
			"in " + signature.Folder + "; a former one is replaced. A zip that the host would refuse is not signed.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if keyFile == "" {
				return usage("sign needs the secret key's file: -k FILE")
			}
			zip, b, err := openPlugin(args[0])
			if err != nil {
				return asProblem(err)
			}
			defer zip.Close()
			key, err := a.readKey(keyFile, passwordFile)
			if err != nil {
				return asProblem(err)
			}
			if comment == "" {
				comment = fmt.Sprintf("timestamp:%d", time.Now().Unix())
			}
			to := first(to, args[0])
			if err := signTo(cmd.Context(), b, key, comment, to); err != nil {
				return asProblem(err)
			}
			a.tellChanges(b)
			_, err = fmt.Fprintf(a.out, "%s: %s %s is signed with the key %s\n", clean(to), b.Manifest.ID, clean(b.Manifest.Version), key)
			return err
		}}
	cmd.Flags().StringVarP(&keyFile, "key", "k", "", "file of the secret key")
	cmd.Flags().StringVar(&passwordFile, "password-file", "", "file with the key's password (- for standard input); it is asked for otherwise")
	cmd.Flags().StringVarP(&to, "file", "f", "", "name of the signed zip (default: ZIP is replaced)")
	cmd.Flags().StringVar(&comment, "comment", "", "trusted comment, which is signed, too (default: the time)")
	return cmd
}

// openPlugin opens a plugin's zip, which the caller closes.
func openPlugin(path string) (*os.File, *bundle.Bundle, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s is not a file: make a zip of the folder with appzone pack", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	b, err := openFile(f)
	if err != nil {
		_ = f.Close()
		return nil, nil, err
	}
	return f, b, nil
}

// openFile reads the open zip's directory and manifest.
func openFile(f *os.File) (*bundle.Bundle, error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	return bundle.Open(f, size, bundle.DefaultLimits())
}

// signTo writes the signed zip in the place of to, when it is whole and what was written holds.
func signTo(ctx context.Context, b *bundle.Bundle, key signature.Key, comment, to string) error {
	_, err := replaceFile(to, func(f *os.File) error {
		if err := b.Sign(ctx, f, key, comment); err != nil {
			return err
		}
		written, err := openFile(f)
		if err != nil {
			return err
		}
		facts, err := written.Signature(ctx)
		if err == nil && (facts.Broken != "" || facts.PublicKey != key.Public().Base64) {
			err = errors.New("the signed zip does not hold; nothing was written: " + facts.Broken)
		}
		return err
	})
	return err
}

// tellChanges tells what the signed zip has no more.
func (a *app) tellChanges(b *bundle.Bundle) {
	if b.Find(signature.SignatureFile) != nil {
		fmt.Fprintln(a.errOut, "A former signature was replaced.")
	}
	for _, f := range b.Findings {
		if f.Code == "junk_skipped" {
			fmt.Fprintf(a.errOut, "Not taken over: %s.\n", clean(f.Message))
		}
	}
}

// readKey opens a secret key. Its password comes from passwordFile, or is asked for.
func (a *app) readKey(name, passwordFile string) (signature.Key, error) {
	f, err := os.Open(name)
	if err != nil {
		return signature.Key{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return signature.Key{}, err
	}
	text, err := io.ReadAll(io.LimitReader(f, signature.MaxTextBytes+1))
	if err != nil {
		return signature.Key{}, err
	}
	key, err := signature.ReadKey(text, func() (string, error) {
		if passwordFile != "" {
			return a.passwordFrom(passwordFile)
		}
		return a.promptOnce("Password of the key: ")
	})
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		fmt.Fprintf(a.errOut, "Others on this machine can get at the secret key: chmod 600 %s\n", clean(name))
	}
	return key, err
}

// promptOnce asks for a password, which is not shown.
func (a *app) promptOnce(prompt string) (string, error) {
	in, ok := a.in.(*os.File)
	if !ok || !isTerminal(in) {
		return "", usage("the key is encrypted, and its password is asked for on a terminal; elsewhere use --password-file, with - for standard input")
	}
	fmt.Fprint(a.errOut, prompt)
	b, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(a.errOut)
	return string(b), err
}
