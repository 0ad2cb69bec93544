package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

// keyFileMax is more than any public key's file has.
const keyFileMax = 4 << 10

func (a *app) keyTrust() *cobra.Command {
	var name, replaces string
	cmd := &cobra.Command{Use: "trust FILE|KEY", Short: "Trust a publisher's key", Args: exactArgs("FILE|KEY"),
		Long: "Trust a publisher's key: the .pub file that appzone keygen or minisign made, or the line of it that starts with RW.\n\n" +
			"  appzone key trust publisher.pub --name 'Example Ltd'",
		RunE: func(cmd *cobra.Command, args []string) error {
			if name == "" {
				return usage("%s needs --name, the publisher's name", cmd.CommandPath())
			}
			text, err := publicKeyText(args[0])
			if err != nil {
				return err
			}
			body := map[string]any{"name": name, "publicKey": text}
			if replaces != "" {
				body["replaces"] = replaces
			}
			return a.send(cmd, client.Request{Method: "POST", Path: client.Path("trusted-keys"), JSON: body}, showKey)
		}}
	cmd.Flags().StringVar(&name, "name", "", "the publisher's name")
	cmd.Flags().StringVar(&replaces, "replaces", "", "id of the publisher's former key")
	return cmd
}

// publicKeyText is the content of the file, or the argument itself where there is no such file.
func publicKeyText(arg string) (string, error) {
	f, err := os.Open(arg)
	if errors.Is(err, fs.ErrNotExist) {
		return arg, nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, keyFileMax+1))
	if err == nil && len(text) > keyFileMax {
		err = fmt.Errorf("%s is no public key: it has more than %d bytes", arg, keyFileMax)
	}
	return string(text), err
}
