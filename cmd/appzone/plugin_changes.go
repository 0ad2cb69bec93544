package main

import (
	"fmt"
	"io"
	"strings"
)

const (
	// changesShown bounds each list of a difference in a table; -o json has more.
	changesShown = 20
	// valueShown bounds a value in it, in characters.
	valueShown = 80
)

// changesView is what the command line shows of a plan's difference.
type changesView struct {
	Kind, Mode string
	Files      struct {
		Added, Removed, Changed fileChangesView
		Unchanged               int
	}
	Settings struct {
		Added, Removed, Changed, RequiredNow []string
		More                                 int
	}
	Manifest  []struct{ Field, Before, After string }
	Signature struct{ Before, After string }
}

type fileChangesView struct {
	Count, More int
	Items       []struct {
		Path          string
		Before, After *int64
	}
}

// show writes the difference as rows; none without one.
func (c *changesView) show(w io.Writer) {
	if c == nil {
		return
	}
	row(w, "change", c.Kind+" ("+c.Mode+")")
	for _, f := range c.Manifest {
		row(w, f.Field, short(f.Before)+" -> "+short(f.After))
	}
	if c.Signature.Before != c.Signature.After {
		row(w, "signature", c.Signature.Before+" -> "+c.Signature.After)
	}
	f := &c.Files
	row(w, "files", fmt.Sprintf("%d added, %d removed, %d changed, %d as before", f.Added.Count, f.Removed.Count, f.Changed.Count, f.Unchanged))
	f.Added.show(w, "file added")
	f.Removed.show(w, "file removed")
	f.Changed.show(w, "file changed")
	for _, list := range []struct {
		name  string
		paths []string
	}{{"setting added", c.Settings.Added}, {"setting removed", c.Settings.Removed}, {"setting changed", c.Settings.Changed}, {"setting required now", c.Settings.RequiredNow}} {
		for _, path := range list.paths[:min(len(list.paths), changesShown)] {
			row(w, list.name, path)
		}
		more(w, list.name, len(list.paths)-changesShown)
	}
	more(w, "settings", c.Settings.More)
}

func (f *fileChangesView) show(w io.Writer, name string) {
	for _, each := range f.Items[:min(len(f.Items), changesShown)] {
		size := ""
		switch {
		case each.Before != nil && each.After != nil:
			size = fmt.Sprintf("%d -> %d bytes", *each.Before, *each.After)
		case each.Before != nil:
			size = fmt.Sprintf("%d bytes", *each.Before)
		case each.After != nil:
			size = fmt.Sprintf("%d bytes", *each.After)
		}
		row(w, name, each.Path+" ("+size+")")
	}
	more(w, name, f.Count-changesShown)
}

// more says how many rows are left out, if any are.
func more(w io.Writer, name string, n int) {
	if n > 0 {
		row(w, name, fmt.Sprintf("... and %d more", n))
	}
}

// short is a value of a manifest in one cell.
func short(text string) string {
	if text == "" {
		return "none"
	}
	if all := []rune(text); len(all) > valueShown {
		text = string(all[:valueShown]) + "..."
	}
	return strings.TrimSpace(text)
}
