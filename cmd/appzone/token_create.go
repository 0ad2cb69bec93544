package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

// tokenFlags are those of token create.
type tokenFlags struct {
	scopes       []string
	expires      time.Duration
	passwordFile string
	code         string
	// user is who logs in for it, owner the service whose it is to be.
	user, owner string
}

func (a *app) tokenCreate() *cobra.Command {
	var f tokenFlags
	cmd := &cobra.Command{Use: "create NAME", Short: "Create a bearer token, which is shown this once", Args: exactArgs("NAME"),
		Long: "Create a bearer token. The first one of a host is created with a password:\n\n" +
			"  appzone token create --user admin --password-file data/initial-admin-password laptop",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			if f.user != "" {
				if err := a.login(cmd.Context(), c, f); err != nil {
					return err
				}
				defer func() { _ = c.Logout(context.WithoutCancel(cmd.Context())) }()
			}
			answer, err := c.Do(cmd.Context(), client.Request{Method: "POST", Path: client.Path("tokens"),
				JSON: map[string]any{"name": args[0], "scopes": f.scopes, "expiresInSeconds": int64(f.expires.Seconds()), "user": f.owner}})
			if err != nil {
				return err
			}
			var t struct{ Token string }
			if err := answer.Into(&t); err != nil {
				return err
			}
			return a.print(answer.Body, func(w io.Writer) error {
				_, err := io.WriteString(w, t.Token+"\n")
				return err
			})
		}}
	cmd.Flags().StringSliceVar(&f.scopes, "scope", []string{"*"}, "what it may do; * is all that you may")
	cmd.Flags().DurationVar(&f.expires, "expires", 0, "how long it lives, such as 720h (default for ever)")
	cmd.Flags().StringVar(&f.user, "user", "", "log in as this user instead of using a token")
	cmd.Flags().StringVar(&f.owner, "for", "", "the service whose token it is to be (default you)")
	cmd.Flags().StringVar(&f.passwordFile, "password-file", "-", "file with the user's password (- for standard input)")
	cmd.Flags().StringVar(&f.code, "code", "", "code of the authenticator app, where the account has a second factor (asked for on a terminal)")
	return cmd
}

// login opens a session with the password of a file; a password as an argument would show in the list of processes.
func (a *app) login(ctx context.Context, c *client.Client, f tokenFlags) error {
	password, err := a.passwordFrom(f.passwordFile)
	if err != nil {
		return err
	}
	err = c.Login(ctx, f.user, password, f.code)
	var p *client.Problem
	if !errors.As(err, &p) || p.Code != "totp_required" {
		return err
	}
	code, err := a.promptCode()
	if err != nil {
		return err
	}
	return c.Login(ctx, f.user, password, code)
}

// promptCode asks for the code of the authenticator app.
func (a *app) promptCode() (string, error) {
	if !isTerminal(a.in) {
		return "", errors.New("the password is right, and the account has a second factor: give its code with --code")
	}
	fmt.Fprint(a.errOut, "Code of the authenticator app: ")
	line, err := bufio.NewReader(io.LimitReader(a.in, 1<<10)).ReadString('\n')
	if line = strings.TrimSpace(line); line == "" && err == nil {
		err = errors.New("no code")
	}
	return line, err
}
