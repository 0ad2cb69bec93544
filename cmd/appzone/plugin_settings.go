package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

// inputMax bounds a file that is sent as JSON.
const inputMax = 1 << 20

func (a *app) pluginSettings() *cobra.Command {
	var file string
	cmd := &cobra.Command{Use: "settings ID", Short: "Show or replace a plugin's settings", Args: exactArgs("ID"),
		Long: "Show a plugin's settings, or replace them by a file's. A secret that the file leaves out stays; null removes it.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.getOrPut(cmd, client.Path("plugins", args[0], "settings"), file)
		}}
	cmd.Flags().StringVarP(&file, "file", "f", "", "replace them by the JSON in this file (- for standard input)")
	return cmd
}

// getOrPut shows what is at path, or replaces it by a file's content.
func (a *app) getOrPut(cmd *cobra.Command, path, file string) error {
	if file == "" {
		return a.get(cmd, path, nil, tableOf)
	}
	body, err := a.readJSON(file)
	if err != nil {
		return err
	}
	return a.put(cmd, path, body)
}

// readJSON is readInput for a file of JSON; nil for no file.
func (a *app) readJSON(file string) (json.RawMessage, error) {
	if file == "" {
		return nil, nil
	}
	body, err := a.readInput(file)
	if err == nil && !json.Valid(body) {
		err = errors.New("the file is not JSON")
	}
	return body, err
}

// put replaces what is at path, and shows what is there then.
func (a *app) put(cmd *cobra.Command, path string, value any) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	answer, err := c.Do(cmd.Context(), client.Request{Method: "PUT", Path: path, JSON: value})
	if err != nil {
		return err
	}
	return a.print(answer.Body, func(w io.Writer) error { return tableOf(answer.Body, w) })
}

// readInput reads a file, or standard input for "-".
func (a *app) readInput(file string) ([]byte, error) {
	r := a.in
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	return io.ReadAll(io.LimitReader(r, inputMax))
}
