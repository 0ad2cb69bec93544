package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// expressHello is the documented sample, with a port that may be chosen so that it can run alone too.
const expressHello = `var express = require('express');
var app = express();
app.get('/', function (req, res) { res.send('hello'); });
app.listen(Number(process.argv[2] || 9006), '127.0.0.1');
`

// start compares the start of a Node program under the host, until it answers, with the same program started by hand.
func (b *bench) start(ctx context.Context) error {
	fmt.Println("\nstart of an express program until it answers, against node alone")
	dir, err := b.installExpress(ctx)
	if err != nil {
		return err
	}
	if err := writeFiles(dir, map[string][]byte{"hello.js": []byte(expressHello)}); err != nil {
		return err
	}
	h, err := b.startHost(ctx, "start-data")
	if err != nil {
		return err
	}
	defer h.stop()
	zip, err := zipOf(scriptManifest("hello"), map[string][]byte{"app/index.js": []byte(expressHello)})
	if err != nil {
		return err
	}
	id, err := h.install(ctx, zip)
	if err != nil {
		return err
	}
	return b.race("express, hello", "node",
		func() (time.Duration, error) { return h.timeStart(ctx, id) },
		func() (time.Duration, error) { return timeNode(ctx, dir) })
}

// timeStart stops the plugin and measures its start.
func (h *host) timeStart(ctx context.Context, id string) (time.Duration, error) {
	if err := h.call(ctx, "POST", "/plugins/"+id+"/stop?wait=true", nil, nil, nil); err != nil {
		return 0, err
	}
	h.settle(ctx)
	began := time.Now()
	err := h.call(ctx, "POST", "/plugins/"+id+"/start?wait=true", nil, nil, nil)
	return time.Since(began), err
}

func timeNode(ctx context.Context, dir string) (time.Duration, error) {
	address, err := freeAddress()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	c, err := spawn(ctx, dir, []string{"NODE_ENV=production"}, "node", filepath.Join(dir, "hello.js"), portOf(address))
	if err != nil {
		return 0, err
	}
	defer c.stop()
	err = c.answers(ctx, "http://"+address)
	return time.Since(began), err
}
