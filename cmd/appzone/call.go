package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strconv"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

// pageMax is how many items of a list can be asked for at once.
const pageMax = 500

// get calls the host and prints the answer.
func (a *app) get(cmd *cobra.Command, path string, q url.Values, table func(raw json.RawMessage, w io.Writer) error) error {
	return a.send(cmd, client.Request{Method: "GET", Path: path, Query: q}, table)
}

// send makes a call and prints the answer.
func (a *app) send(cmd *cobra.Command, r client.Request, table func(raw json.RawMessage, w io.Writer) error) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	answer, err := c.Do(cmd.Context(), r)
	if err != nil {
		return err
	}
	return a.print(answer.Body, func(w io.Writer) error { return table(answer.Body, w) })
}

// delete deletes what is at path, and says so in this word.
func (a *app) delete(cmd *cobra.Command, path, word, name string) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	if _, err := c.Do(cmd.Context(), client.Request{Method: "DELETE", Path: path}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "%s %s\n", word, clean(name))
	return err
}

// getAll is get for a list, with all of its pages.
func (a *app) getAll(cmd *cobra.Command, path string, q url.Values, table func(items []json.RawMessage, w io.Writer) error) error {
	return a.getSome(cmd, path, q, 0, table)
}

// getSome is getAll for the first of them, at most so many; 0 is all.
func (a *app) getSome(cmd *cobra.Command, path string, q url.Values, most int, table func(items []json.RawMessage, w io.Writer) error) error {
	items, err := a.items(cmd, path, q, most)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(map[string]any{"items": items})
	if err != nil {
		return err
	}
	return a.print(raw, func(w io.Writer) error { return table(items, w) })
}

// items reads a list page by page.
func (a *app) items(cmd *cobra.Command, path string, q url.Values, most int) ([]json.RawMessage, error) {
	c, err := a.client()
	if err != nil {
		return nil, err
	}
	items := []json.RawMessage{}
	for {
		if most > 0 {
			q.Set("limit", strconv.Itoa(min(pageMax, most-len(items))))
		}
		answer, err := c.Do(cmd.Context(), client.Request{Method: "GET", Path: path, Query: q})
		if err != nil {
			return nil, err
		}
		var page struct {
			Items []json.RawMessage
			Next  *string
		}
		if err := answer.Into(&page); err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
		if page.Next == nil || *page.Next == "" || (most > 0 && len(items) >= most) {
			return items, nil
		}
		q.Set("cursor", *page.Next)
	}
}
