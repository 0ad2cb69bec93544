package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

const expressStatic = `const express = require('express');
const [host, port] = process.argv[2].split(':');
const app = express();
app.use(express.static(process.argv[3]));
app.listen(Number(port), host);
`

// pages are the files that are served: a page, a script, a picture.
func pages() map[string][]byte {
	return map[string][]byte{
		"index.html": bytes.Repeat([]byte("<p>A page of one kilobyte.</p>\n"), 33),
		"script.js":  bytes.Repeat([]byte("console.log('A script of sixty-four kilobytes.');\n"), 1311),
		"image.bin":  noise(1<<20, 1),
	}
}

// static compares serving files with nginx and with express.
func (b *bench) static(ctx context.Context) error {
	fmt.Println("\nstatic files, 16 connections (express is one process, the others use all cores)")
	files := pages()
	root := filepath.Join(b.dir, "www")
	if err := writeFiles(root, files); err != nil {
		return err
	}
	h, err := b.startHost(ctx, "static-data")
	if err != nil {
		return err
	}
	defer h.stop()
	zip, err := zipOf(htmlManifest("Pages"), files)
	if err != nil {
		return err
	}
	id, err := h.install(ctx, zip)
	if err != nil {
		return err
	}
	nginx, nginxURL, err := b.startNginx(ctx, "nginx-static", "root "+root+";", "")
	if err != nil {
		return err
	}
	defer nginx.stop()
	express, expressURL, err := b.startExpress(ctx, root)
	if err != nil {
		return err
	}
	defer express.stop()
	h.settle(ctx)
	for _, f := range []struct{ label, name string }{{"page, 1 KB", "index.html"}, {"script, 64 KB", "script.js"}, {"picture, 1 MB", "image.bin"}} {
		err := b.compare(ctx, f.label,
			target{"appzone", h.url + "/apps/" + id + "/" + f.name, "Authorization: Bearer " + h.token, h.child, false},
			target{"nginx", nginxURL + "/" + f.name, "", nginx, true},
			target{"express", expressURL + "/" + f.name, "", express, false})
		if err != nil {
			return err
		}
	}
	return nil
}

// startExpress runs an express program that serves the files below root.
func (b *bench) startExpress(ctx context.Context, root string) (*child, string, error) {
	dir, err := b.installExpress(ctx)
	if err != nil {
		return nil, "", err
	}
	if err := writeFiles(dir, map[string][]byte{"static.js": []byte(expressStatic)}); err != nil {
		return nil, "", err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, "", err
	}
	c, err := spawn(ctx, dir, []string{"NODE_ENV=production"}, "node", "static.js", address, root)
	if err != nil {
		return nil, "", err
	}
	if err := c.answers(ctx, "http://"+address); err != nil {
		c.stop()
		return nil, "", err
	}
	return c, "http://" + address, nil
}

// installExpress installs express in a folder, and returns it.
func (b *bench) installExpress(ctx context.Context) (string, error) {
	dir := filepath.Join(b.dir, "express")
	if err := writeFiles(dir, map[string][]byte{"package.json": []byte(`{"private":true}`)}); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "express")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm install express: %w: %.500s", err, out)
	}
	return dir, nil
}
