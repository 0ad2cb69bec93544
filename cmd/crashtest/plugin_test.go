package crashtest_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
)

// The kinds of plugins that the workers have.
const (
	kindHTML = "html"
	kindNode = "node"
	kindWASM = "wasm"
)

// plugin is the state of one plugin. The zero value is one that is not there.
type plugin struct {
	// Kept are the versions that were uploaded, a bit for each.
	Kept                 uint8
	Candidate, Installed string
	// Running is what is desired.
	Running bool
	// Description is the edit.
	Description string
	content
	// Former is what can be gone back to.
	Former former
}

// content is what belongs to a version: a mix of two versions' is never right.
type content struct {
	// Browser is what was granted, Plain and Secret are settings. Data is what the program was told to keep, Notes a file in its overlay.
	Browser, Plain, Secret, Data, Notes string
}

func (p plugin) exists() bool { return p.Candidate != "" || p.Installed != "" }

// newPlugin is the worker of one plugin.
func newPlugin(kind, id string) *worker[plugin] {
	w := &pluginWorker{kind: kind, id: id, path: "/api/v1/plugins/" + id}
	return &worker[plugin]{name: id, choose: w.choose, compare: w.compare, deny: w.deny}
}

type pluginWorker struct {
	kind, id, path string
	// number makes values differ from all former ones.
	number int
}

func (w *pluginWorker) next(what string) string {
	w.number++
	return fmt.Sprintf("%s %d", what, w.number)
}

// choose picks among what can be done. What brings the plugin further is more likely than what takes it away.
func (w *pluginWorker) choose(r *rand.Rand, s plugin) operation[plugin] {
	type choice struct {
		weight int
		make   func(*rand.Rand, plugin) operation[plugin]
	}
	choices := []choice{{3, w.upload}}
	if s.exists() {
		choices = append(choices, choice{4, w.install}, choice{2, w.edit}, choice{2, w.settings})
	}
	if s.Installed != "" {
		choices = append(choices, choice{1, w.grants}, choice{1, w.uninstall}, choice{3, w.rollback})
	} else if s.exists() {
		choices = append(choices, choice{1, w.remove})
	}
	if s.Installed != "" && w.kind != kindHTML {
		choices = append(choices, choice{2, w.control})
		if s.Running {
			choices = append(choices, choice{3, w.keep})
		}
	}
	if s.Installed != "" && w.kind != kindHTML && s.Kept&spoiltBit != 0 {
		choices = append(choices, choice{3, w.fail})
	}
	if s.Installed != "" && w.kind == kindNode {
		choices = append(choices, choice{1, w.overlay})
	}
	sum := 0
	for _, c := range choices {
		sum += c.weight
	}
	at := r.IntN(sum)
	for _, c := range choices {
		if at -= c.weight; at < 0 {
			return c.make(r, s)
		}
	}
	panic("no choice")
}

func (w *pluginWorker) post(path string, body any) func(*client) answer {
	return func(c *client) answer { return c.do(http.MethodPost, w.path+path, body) }
}

func (w *pluginWorker) upload(r *rand.Rand, s plugin) operation[plugin] {
	n := r.IntN(len(pluginVersions))
	op := operation[plugin]{name: "upload " + pluginVersions[n], after: s, do: func(c *client) answer {
		return c.do(http.MethodPost, "/api/v1/plugins", pack(pluginFiles(w.kind, w.id, pluginVersions[n])))
	}}
	if v := pluginVersions[n]; v != s.Installed && v != s.Candidate {
		op.after.Candidate = v
		op.after.Kept |= 1 << n
		op.audit = "plugin.uploaded " + w.id
	}
	return op
}

func (w *pluginWorker) install(r *rand.Rand, s plugin) operation[plugin] {
	version := w.working(r, s)
	if version == "" {
		return w.upload(r, s)
	}
	body := map[string]any{"version": version}
	op := operation[plugin]{audit: "plugin.installed " + w.id, after: w.upgraded(s, version, s.content)}
	if w.kind != kindHTML && r.IntN(3) > 0 {
		op.after.Running = r.IntN(4) > 0
		body["start"] = op.after.Running
	}
	if version < s.Installed {
		body["allow"] = []string{"downgrade"}
	}
	op.name = fmt.Sprintf("install %v", body)
	op.do = func(c *client) answer { return w.installed(c, version, body) }
	return op
}

// installed installs what the present plan says.
func (w *pluginWorker) installed(c *client, version string, body any) answer {
	plan := c.get(w.path + "/plan?version=" + version)
	if !plan.ok() {
		return plan
	}
	return c.do(http.MethodPost, w.path+"/install?wait=true", body, "If-Match", plan.header.Get("ETag"))
}

func (w *pluginWorker) uninstall(r *rand.Rand, s plugin) operation[plugin] {
	keep := r.IntN(2) == 0
	op := operation[plugin]{name: fmt.Sprint("uninstall, keep data: ", keep), audit: "plugin.uninstalled " + w.id, after: s,
		do: w.post("/uninstall?wait=true", map[string]any{"keepData": keep})}
	if s.Candidate == "" {
		op.after.Candidate = s.Installed
	}
	op.after.Installed, op.after.Running = "", false
	if !keep {
		op.after = plugin{Kept: s.Kept, Candidate: op.after.Candidate}
	}
	return op
}

func (w *pluginWorker) remove(*rand.Rand, plugin) operation[plugin] {
	return operation[plugin]{name: "remove", audit: "plugin.removed " + w.id,
		do: func(c *client) answer { return c.do(http.MethodDelete, w.path, nil) }}
}

func (w *pluginWorker) edit(_ *rand.Rand, s plugin) operation[plugin] {
	op := operation[plugin]{name: "edit", audit: "plugin.edited " + w.id, after: s}
	op.after.Description = w.next("description")
	op.do = func(c *client) answer {
		return c.do(http.MethodPatch, w.path, map[string]string{"description": op.after.Description})
	}
	return op
}

func (w *pluginWorker) settings(r *rand.Rand, s plugin) operation[plugin] {
	op := operation[plugin]{name: "settings", audit: "plugin.settings " + w.id, after: s}
	op.after.Plain = w.next("plain")
	body := map[string]any{"plain": op.after.Plain}
	switch r.IntN(3) {
	case 0:
		op.after.Secret = w.next("secret")
		body["secret"] = op.after.Secret
	case 1:
		op.after.Secret = ""
		body["secret"] = nil
	}
	op.do = func(c *client) answer { return c.do(http.MethodPut, w.path+"/settings", body) }
	return op
}

func (w *pluginWorker) grants(r *rand.Rand, s plugin) operation[plugin] {
	op := operation[plugin]{name: "grants", audit: "plugin.grants " + w.id, after: s}
	op.after.Browser = []string{"camera", "microphone", "popups", "downloads"}[r.IntN(4)]
	op.do = func(c *client) answer {
		return c.do(http.MethodPut, w.path+"/grants", map[string]any{"browser": []string{op.after.Browser}})
	}
	return op
}

func (w *pluginWorker) control(r *rand.Rand, s plugin) operation[plugin] {
	verb := []string{"start", "stop", "restart"}[r.IntN(3)]
	op := operation[plugin]{name: verb, audit: "plugin." + verb + " " + w.id, after: s, do: w.post("/"+verb+"?wait=true", nil)}
	op.after.Running = verb != "stop"
	return op
}

// keep has the program write something into its data folder.
func (w *pluginWorker) keep(_ *rand.Rand, s plugin) operation[plugin] {
	op := operation[plugin]{name: "data", after: s}
	op.after.Data = w.next("data")
	op.do = func(c *client) answer { return c.do(http.MethodPost, "/apps/"+w.id+"/", op.after.Data) }
	return op
}

func (w *pluginWorker) overlay(_ *rand.Rand, s plugin) operation[plugin] {
	op := operation[plugin]{name: "overlay", audit: "plugin.file " + w.id, after: s}
	op.after.Notes = w.next("notes")
	op.do = func(c *client) answer {
		return c.do(http.MethodPut, w.path+"/files/notes.txt", []byte(op.after.Notes), "Content-Type", "application/octet-stream")
	}
	return op
}

// observe reads everything over REST, and the data from its file. What a host does not tell is taken as expected, and verified later.
func (w *pluginWorker) observe(z *zone, c *client, expected plugin) (plugin, error) {
	var s plugin
	a := c.get(w.path)
	if a.status == http.StatusNotFound {
		return s, nil
	}
	var view struct {
		Version, Desired, Description string
		Active                        bool
		Candidate                     *struct{ Version string }
		Grants                        struct{ Browser []string }
		Former                        *struct {
			Version  string
			Snapshot bool
		}
	}
	var settings struct {
		Values struct {
			Plain  string
			Secret *struct{ Set bool }
		}
	}
	var versions struct {
		Items []struct{ Version string }
	}
	err := errors.Join(a.into(&view), c.get(w.path+"/settings").into(&settings), c.get(w.path+"/versions").into(&versions))
	if err != nil {
		return s, err
	}
	s.Former = expected.Former
	if view.Active {
		s.Installed = view.Version
		if view.Former == nil {
			s.Former = former{}
		} else {
			s.Former.Version, s.Former.Copied = view.Former.Version, view.Former.Snapshot
		}
	}
	if view.Candidate != nil {
		s.Candidate = view.Candidate.Version
	} else if !view.Active {
		s.Candidate = view.Version
	}
	s.Running = w.kind != kindHTML && view.Desired == "running"
	if view.Description != "as it was packed" {
		s.Description = view.Description
	}
	if len(view.Grants.Browser) > 0 {
		s.Browser = view.Grants.Browser[0]
	}
	s.Plain = settings.Values.Plain
	if secret := settings.Values.Secret; secret != nil && secret.Set {
		s.Secret = expected.Secret
	}
	for n, v := range pluginVersions {
		for _, item := range versions.Items {
			if item.Version == v {
				s.Kept |= 1 << n
			}
		}
	}
	if a := c.get(w.path + "/files/notes.txt"); a.ok() {
		s.Notes = string(a.body)
	}
	s.Data = expected.Data
	if w.kind == kindNode {
		text, _ := os.ReadFile(filepath.Join(z.data, "plugins", w.id, "data", "note"))
		s.Data = string(text)
	}
	return s, nil
}

// compare finds the plugin in this state: the installed version whole, and the script, if it is to run, with everything that it was given.
func (w *pluginWorker) compare(z *zone, c *client, s plugin) error {
	found, err := w.observe(z, c, s)
	if err == nil {
		err = idle(c, w.id)
	}
	switch {
	case err != nil:
		return err
	case found != s:
		return fmt.Errorf("it is %+v", found)
	case s.Installed == "":
		return nil
	case w.kind == kindHTML:
		return w.comparePages(c, s)
	case s.Running:
		return w.compareProgram(c, s)
	}
	return nil
}

func (w *pluginWorker) comparePages(c *client, s plugin) error {
	for _, f := range pluginFiles(w.kind, w.id, s.Installed)[1:] {
		if a := c.get("/apps/" + w.id + "/" + f.path); !a.ok() || string(a.body) != f.text {
			return fmt.Errorf("%s is served as %.300s", f.path, a)
		}
	}
	return nil
}

func (w *pluginWorker) compareProgram(c *client, s plugin) error {
	a := c.get("/apps/" + w.id + "/")
	if !a.ok() {
		return fmt.Errorf("the program does not answer: %s", a)
	}
	got, err := said(a)
	if err == nil && got != saysIn(s) {
		err = fmt.Errorf("the program was given %+v", got)
	}
	return err
}

// deny finds a program that runs with what belongs to none of the states together, be it for a moment.
func (w *pluginWorker) deny(c *client, may []plugin) error {
	if w.kind == kindHTML {
		return nil
	}
	a := c.get("/apps/" + w.id + "/")
	if !a.ok() {
		return nil
	}
	got, err := said(a)
	for _, s := range may {
		if err == nil && got == saysIn(s) {
			return nil
		}
	}
	return errors.Join(err, fmt.Errorf("a program ran with %+v", got))
}

// saying is what a program says of itself.
type saying struct {
	Version, Notes, Data string
	Settings             struct{ Plain, Secret string }
}

func said(a answer) (s saying, err error) { err = a.json(&s); return s, err }

// saysIn is what a program says in this state.
func saysIn(p plugin) saying {
	s := saying{Version: p.Installed, Notes: p.Notes, Data: p.Data}
	s.Settings.Plain, s.Settings.Secret = p.Plain, p.Secret
	return s
}
