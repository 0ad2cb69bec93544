package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// passwordFlags say where a member's password comes from. It is never an argument: arguments show in the list of processes.
type passwordFlags struct {
	ask  bool
	file string
}

func (p *passwordFlags) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&p.ask, "password", false, "ask for a password on the terminal")
	cmd.Flags().StringVar(&p.file, "password-file", "", "file with the password (- for standard input)")
}

// askPassword puts the password into the body, if one is to be set.
func (a *app) askPassword(p passwordFlags, body map[string]any) (err error) {
	secret := ""
	switch {
	case p.ask && p.file != "":
		return usage("--password asks for one and --password-file names one: use one of them")
	case p.file != "":
		secret, err = a.passwordFrom(p.file)
	case p.ask:
		secret, err = a.promptTwice()
	default:
		return nil
	}
	body["password"] = secret
	return err
}

// passwordFrom reads the first line of a file, or of standard input for "-".
func (a *app) passwordFrom(file string) (string, error) {
	b, err := a.readInput(file)
	if err != nil {
		return "", err
	}
	password, _, _ := strings.Cut(string(b), "\n")
	if password = strings.TrimSuffix(password, "\r"); password == "" {
		return "", errors.New("no password: give it on standard input or in a file named by --password-file")
	}
	return password, nil
}

// promptTwice asks for a new password, which is not shown, until both times it is the same.
func (a *app) promptTwice() (string, error) {
	in, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return "", usage("--password needs a terminal; elsewhere use --password-file, with - for standard input")
	}
	for {
		var given [2]string
		for i, prompt := range []string{"New password: ", "Again: "} {
			fmt.Fprint(a.errOut, prompt)
			b, err := term.ReadPassword(int(in.Fd()))
			fmt.Fprintln(a.errOut)
			if err != nil {
				return "", err
			}
			given[i] = string(b)
		}
		if given[0] == given[1] {
			return given[0], nil
		}
		fmt.Fprintln(a.errOut, "They differ; try again.")
	}
}
