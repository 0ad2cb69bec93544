package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"appzone/host"
	"appzone/host/signature"
)

// verdict is what 'appzone verify' found.
type verdict struct {
	File    string `json:"file"`
	Plugin  string `json:"plugin"`
	Version string `json:"version"`
	// State is a signature's state as the host has it: signed, unsigned, unknown key or modified.
	State string `json:"state"`
	signature.Facts
	// Why explains a state other than signed.
	Why string `json:"why,omitempty"`
}

func (a *app) verify() *cobra.Command {
	var public string
	cmd := &cobra.Command{Use: "verify ZIP", Short: "Check the signature of a plugin's zip", Args: exactArgs("ZIP"),
		Long: "Check that a plugin's files are as a publisher signed them. The exit status is 0 only if they are and the publisher's key is that of -p:\n" +
			"anybody can sign with a key of their own. Get the key from the publisher, and not from where the zip came from.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.checkFormat(); err != nil {
				return err
			}
			trusted, err := trustedKey(public)
			if err != nil {
				return asProblem(err)
			}
			zip, b, err := openPlugin(args[0])
			if err != nil {
				return asProblem(err)
			}
			defer zip.Close()
			facts, err := b.Signature(cmd.Context())
			if err != nil {
				return asProblem(err)
			}
			v := verdict{File: args[0], Plugin: b.Manifest.ID, Version: b.Manifest.Version, Facts: facts}
			v.judge(trusted)
			raw, err := json.Marshal(v)
			if err != nil {
				return err
			}
			if err := a.print(raw, v.table); err != nil || v.State == host.Signed {
				return err
			}
			return fmt.Errorf("%s: %s", v.State, v.Why)
		}}
	cmd.Flags().StringVarP(&public, "public-key", "p", "", "the publisher's public key, or its file")
	return cmd
}

// trustedKey reads the key that was given, as text or as the name of a file; nil if none was.
func trustedKey(given string) (*signature.PublicKey, error) {
	if given == "" {
		return nil, nil
	}
	text, err := publicKeyText(given)
	if err != nil {
		return nil, err
	}
	key, err := signature.ParsePublicKey(text)
	if err != nil && text == given {
		return nil, errors.New("-p is neither a file nor a public key")
	}
	return &key, err
}

func (v *verdict) judge(trusted *signature.PublicKey) {
	switch {
	case !v.Signed():
		v.State, v.Why = host.Unsigned, "the zip has no signature"
	case v.Broken != "":
		v.State, v.Why = host.Modified, v.Broken
	case trusted == nil:
		v.State, v.Why = host.UnknownKey, "the signature holds, and nothing says whose key it is: give the publisher's with -p"
	case trusted.Base64 != v.PublicKey:
		v.State, v.Why = host.UnknownKey, "the signature holds, and is of another key than the one that was given"
	default:
		v.State = host.Signed
	}
}

func (v *verdict) table(w io.Writer) error {
	row(w, "plugin", v.Plugin+" "+v.Version)
	row(w, "signature", v.State)
	if v.PublicKey != "" {
		row(w, "key", v.KeyID)
		row(w, "public key", v.PublicKey)
	}
	if v.Comment != "" {
		row(w, "comment", v.Comment)
	}
	return nil
}
