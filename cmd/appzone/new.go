package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"appzone/host/manifest"
	"appzone/nodebridge"
	"appzone/samples"
	"appzone/sandbox/guest"
)

// templateNode is the template of programs in Node.js.
const templateNode = "node"

// sampleTemplates are templates that are samples: their folder, and the name that the plugin has there.
var sampleTemplates = map[string][2]string{
	"html":       {"html-hello", "HTML Hello"},
	templateNode: {"script-hello", "Script Hello"},
}

// templateNames are what --template takes.
func templateNames() []string {
	return slices.Sorted(slices.Values(slices.AppendSeq(guest.Templates(), maps.Keys(sampleTemplates))))
}

func (a *app) newProject() *cobra.Command {
	var template string
	cmd := &cobra.Command{Use: "new NAME [DIR]", Short: "Write a new plugin's project from a template",
		Long: "Write a new plugin's project from a template, into DIR or a folder named after the plugin's id.\n" +
			"The project holds all that it needs but its compiler; a folder that has anything in it is left alone.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return usage("new takes NAME [DIR]")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			files, id, err := project(template, args[0])
			if err != nil {
				return err
			}
			dir := id
			if len(args) == 2 {
				dir = args[1]
			}
			if err := writeProject(dir, files); err != nil {
				return err
			}
			return a.nextSteps(dir, files)
		}}
	cmd.Flags().StringVarP(&template, "template", "t", "go", "what to start from: "+strings.Join(templateNames(), ", "))
	_ = cmd.RegisterFlagCompletionFunc("template", cobra.FixedCompletions(templateNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// project makes the files of a plugin of that name, and its id.
func project(template, name string) (files map[string][]byte, id string, err error) {
	name = strings.TrimSpace(name)
	if id, err = manifest.Slug(name); err != nil {
		return nil, "", asProblem(err)
	}
	switch sample, isSample := sampleTemplates[template]; {
	case isSample:
		if files, err = samples.Source(sample[0]); err != nil {
			return nil, "", err
		}
		for path, contents := range files {
			files[path] = guest.Rename(path, contents, sample[1], sample[0], name, id)
		}
		if template == templateNode {
			files["manifest.json"] = askForNothing(files["manifest.json"])
			files["appzone.d.ts"] = nodebridge.Typings()
		}
	case slices.Contains(guest.Templates(), template):
		if files, err = guest.Project(template, name, id); err != nil {
			return nil, "", err
		}
	default:
		return nil, "", usage("unknown template %q: --template takes %s", template, strings.Join(templateNames(), ", "))
	}
	if _, _, err := manifest.Parse(files["manifest.json"]); err != nil { // a name can be wrong in ways that its id does not show
		return nil, "", asProblem(err)
	}
	return files, id, nil
}

// askForNothing gives a program for Node.js permissions to fill in: the documented sample has none, as programs of its time, which
// asks for every address.
func askForNothing(text []byte) []byte {
	const entry = `"scriptPath": "app/index.js"`
	return bytes.Replace(text, []byte(entry), []byte(entry+",\n    \"permissions\": {}"), 1)
}

// writeProject writes files into dir, which must be empty or not there.
func writeProject(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	there, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		return fmt.Errorf("%s is not empty: nothing is overwritten; name another folder", dir)
	}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		file := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fs.FileMode(0o644))
		if err != nil {
			return err
		}
		_, err = f.Write(files[path])
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// nextSteps tells what to do with a new project.
func (a *app) nextSteps(dir string, files map[string][]byte) error {
	m, _, err := manifest.Parse(files["manifest.json"])
	if err != nil {
		return err
	}
	steps := []string{"cd " + dir}
	if files["Makefile"] != nil {
		steps = append(steps, "make")
	}
	steps = append(steps, "appzone validate .", "appzone pack .",
		fmt.Sprintf("appzone plugin install %s-%s.zip --grant requested --start", m.ID, m.Version))
	fmt.Fprintf(a.out, "%s: plugin %s, id %s, %d files\n\nNext:\n", clean(dir), clean(m.Name), m.ID, len(files))
	for _, step := range steps {
		fmt.Fprintf(a.out, "  %s\n", clean(step))
	}
	return nil
}
