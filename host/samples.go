package host

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"

	"appzone/host/fault"
	"appzone/host/manifest"
)

// Sample is one plugin that ships with the host.
type Sample struct {
	// Name is the folder's, and the zip's without its ending.
	Name string `json:"name"`
	// Plugin is the id that it has once it is uploaded.
	Plugin      string `json:"plugin"`
	Title       string `json:"title"`
	Version     string `json:"version"`
	Description string `json:"description"`
	Type        string `json:"type"`
	Runtime     string `json:"runtime,omitempty"`
	Icon        string `json:"icon"`
	ZipBytes    int    `json:"zipBytes"`
	// Paths of its zip and of its instructions.
	Zip    string `json:"zip"`
	Readme string `json:"readme"`
}

// Samples lists the plugins that ship with the host: for each name.zip of the samples with its name.json and name.md.
func (h *Host) Samples() ([]Sample, error) {
	out := []Sample{}
	if h.cfg.Samples == nil {
		return out, nil
	}
	zips, err := fs.Glob(h.cfg.Samples, "*.zip")
	if err != nil {
		return nil, err
	}
	slices.Sort(zips)
	for _, file := range zips {
		name := file[:len(file)-len(".zip")]
		raw, err := fs.ReadFile(h.cfg.Samples, name+".json")
		if err != nil {
			return nil, err
		}
		m, _, err := manifest.Parse(raw)
		if err != nil {
			return nil, err
		}
		info, err := fs.Stat(h.cfg.Samples, file)
		if err != nil {
			return nil, err
		}
		out = append(out, Sample{Name: name, Plugin: m.ID, Title: m.Name, Version: m.Version, Description: m.Description, Type: m.Type,
			Runtime: m.Parameters.Runtime, Icon: m.Icon, ZipBytes: int(info.Size()),
			Zip: "/api/v1/samples/" + name + ".zip", Readme: "/api/v1/samples/" + name + "/readme"})
	}
	return out, nil
}

// SampleFile returns the zip (ending ".zip") or the instructions (".md") of a sample.
func (h *Host) SampleFile(name, ending string) ([]byte, error) {
	if h.cfg.Samples != nil && fs.ValidPath(name) && !bytes.ContainsRune([]byte(name), '/') {
		b, err := fs.ReadFile(h.cfg.Samples, name+ending)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return b, err
		}
	}
	return nil, fault.New(fault.NotFound, "sample_not_found", "there is no sample %q; see GET /api/v1/samples", name)
}
