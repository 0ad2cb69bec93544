package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"appzone/host/bundle"
	"appzone/host/fault"
	"appzone/host/manifest"
)

func (a *app) validate() *cobra.Command {
	return &cobra.Command{Use: "validate FILE|DIR", Short: "Check a plugin's zip, folder or manifest.json without a host", Args: exactArgs("FILE|DIR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, warnings, err := openAny(cmd.Context(), args[0])
			if err != nil {
				return asProblem(err)
			}
			for _, w := range warnings {
				fmt.Fprintf(a.out, "warning: line %d, column %d: %s (%s)\n", w.Line, w.Column, clean(w.Message), w.Code)
			}
			if b == nil {
				fmt.Fprintf(a.out, "%s: the manifest is valid\n", clean(args[0]))
				return nil
			}
			for _, f := range b.Findings {
				fmt.Fprintf(a.out, "%s: %s (%s) %s\n", f.Severity, clean(f.Message), f.Code, clean(f.Path))
			}
			fmt.Fprintf(a.out, "%s: valid: %s %s, id %s, %d files\n", clean(args[0]), clean(b.Manifest.Name), clean(b.Manifest.Version), b.Manifest.ID, len(b.Entries))
			return nil
		}}
}

// openAny reads what path names. The bundle is nil for a manifest alone.
func openAny(ctx context.Context, path string) (*bundle.Bundle, []manifest.Warning, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.IsDir() && filepath.Ext(path) == ".json" {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, err
		}
		_, warnings, err := manifest.Parse(raw)
		return nil, warnings, err
	}
	zip, err := openZip(path, info.IsDir())
	if err != nil {
		return nil, nil, err
	}
	defer zip.Close()
	size, err := zip.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, nil, err
	}
	b, err := bundle.Open(zip, size, bundle.DefaultLimits())
	if err != nil {
		return nil, nil, err
	}
	facts, err := b.Signature(ctx)
	if facts.Broken != "" {
		b.Findings = append(b.Findings, bundle.Finding{Severity: bundle.High, Code: "signature_modified",
			Message: "it is not what was signed, and no host installs it: " + facts.Broken})
	}
	return b, b.Warnings, err
}

// openZip opens the zip, or one that is made of a folder and has no name.
func openZip(path string, dir bool) (*os.File, error) {
	if !dir {
		return os.Open(path)
	}
	f, err := os.CreateTemp("", "appzone-validate-*")
	if err != nil {
		return nil, err
	}
	if err := errors.Join(os.Remove(f.Name()), bundle.Pack(path, f)); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// asProblem shows every wrong field of what was refused, one in each line.
func asProblem(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	text := f.Message
	for _, field := range f.Fields {
		text += "\n  " + field.Field + ": " + field.Message
	}
	return errors.New(text)
}
