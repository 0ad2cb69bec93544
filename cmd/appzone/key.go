package main

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

// key is the tree of verbs about publishers' keys.
func (a *app) key() *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "Manage the publishers' keys that the host trusts", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	cmd.AddCommand(a.keyList(), a.keyTrust(), a.keySet(), a.keyRevoke(), a.keyRestore(), a.keyRemove())
	return cmd
}

// keyView is what the tables show of a key.
type keyView struct {
	ID, Name, PublicKey, Replaces, RevokedReason string
	Revoked                                      bool
}

func (k keyView) state() string {
	switch {
	case k.RevokedReason != "":
		return "revoked: " + k.RevokedReason
	case k.Revoked:
		return "revoked"
	}
	return "trusted"
}

func (a *app) keyList() *cobra.Command {
	var find string
	cmd := &cobra.Command{Use: "list", Short: "List the keys that somebody decided about", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.getAll(cmd, client.Path("trusted-keys"), finding(find), keyTable)
		}}
	cmd.Flags().StringVar(&find, "find", "", "only with this text in id or name")
	return cmd
}

func keyTable(items []json.RawMessage, w io.Writer) error {
	row(w, "ID", "NAME", "REPLACES", "STATE")
	for _, raw := range items {
		var k keyView
		if err := json.Unmarshal(raw, &k); err != nil {
			return err
		}
		row(w, k.ID, k.Name, k.Replaces, k.state())
	}
	return nil
}

func showKey(raw json.RawMessage, w io.Writer) error {
	var k keyView
	if err := json.Unmarshal(raw, &k); err != nil {
		return err
	}
	row(w, "id", k.ID)
	row(w, "name", k.Name)
	row(w, "key", k.PublicKey)
	if k.Replaces != "" {
		row(w, "replaces", k.Replaces)
	}
	row(w, "state", k.state())
	return nil
}

func (a *app) keySet() *cobra.Command {
	var name, replaces string
	cmd := &cobra.Command{Use: "set ID", Short: "Change the publisher's name of a key, or which key it replaces", Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			body := changed(cmd, map[string]*string{"name": &name, "replaces": &replaces})
			if len(body) == 0 {
				return usage("appzone key set needs --name or --replaces")
			}
			if body["replaces"] == "" {
				body["replaces"] = nil
			}
			return a.patchKey(cmd, args[0], body)
		}}
	cmd.Flags().StringVar(&name, "name", "", "the publisher's name")
	cmd.Flags().StringVar(&replaces, "replaces", "", "id of the publisher's former key; empty: none")
	return cmd
}

func (a *app) keyRevoke() *cobra.Command {
	var reason string
	cmd := &cobra.Command{Use: "revoke ID", Short: "Revoke a key: what it signed is stopped, and not started or served", Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.patchKey(cmd, args[0], map[string]any{"revoked": true, "revokedReason": reason})
		}}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for people")
	return cmd
}

func (a *app) keyRestore() *cobra.Command {
	return &cobra.Command{Use: "restore ID", Short: "Trust a key that was revoked again; plugins stay stopped", Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.patchKey(cmd, args[0], map[string]any{"revoked": false})
		}}
}

func (a *app) patchKey(cmd *cobra.Command, id string, body map[string]any) error {
	return a.send(cmd, client.Request{Method: "PATCH", Path: client.Path("trusted-keys", id), JSON: body,
		Header: http.Header{"Content-Type": {"application/merge-patch+json"}}}, showKey)
}

func (a *app) keyRemove() *cobra.Command {
	return &cobra.Command{Use: "remove ID", Short: "Forget a key that is not revoked: what it signed is of an unknown key then", Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.delete(cmd, client.Path("trusted-keys", args[0]), "removed", args[0])
		}}
}

// publisherView is who signed a version, nil for nobody.
type publisherView struct {
	KeyID, Comment string
	Name           *string
}

// String names the publisher as this host does, or by the key alone.
func (p *publisherView) String() string {
	switch {
	case p == nil:
		return ""
	case p.Name == nil:
		return "(" + p.KeyID + ")"
	}
	return "(" + *p.Name + ", " + p.KeyID + ")"
}
