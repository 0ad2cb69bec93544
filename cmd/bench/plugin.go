package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// zipOf packs a plugin: its manifest and its files.
func zipOf(manifest map[string]any, files map[string][]byte) ([]byte, error) {
	text, err := json.Marshal(manifest)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(files)
	all["manifest.json"] = text
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		f, err := w.Create(name)
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(all[name]); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return out.Bytes(), err
}

func htmlManifest(name string) map[string]any {
	return map[string]any{"name": name, "version": "1.0.0", "description": "For measurements.", "type": "html",
		"parameters": map[string]any{"views": map[string]any{"admin": "index.html"}}}
}

func scriptManifest(name string) map[string]any {
	return map[string]any{"name": name, "version": "1.0.0", "description": "For measurements.", "type": "script",
		"parameters": map[string]any{"scriptName": name, "scriptPath": "app/index.js"}}
}
