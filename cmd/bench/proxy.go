package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// proxy compares passing requests on to a program with nginx's proxy_pass. Behind both is the same server, each on a socket of its own.
func (b *bench) proxy(ctx context.Context) error {
	fmt.Println("\nproxying to the same program, 16 connections (CPU is the proxy's alone)")
	self, err := os.Executable()
	if err != nil {
		return err
	}
	h, err := b.startHost(ctx, "proxy-data", "XC_NODE_PATH="+self)
	if err != nil {
		return err
	}
	defer h.stop()
	zip, err := zipOf(scriptManifest("upstream"), map[string][]byte{"app/index.js": []byte("// the program stands in node's place\n")})
	if err != nil {
		return err
	}
	id, err := h.install(ctx, zip)
	if err != nil {
		return err
	}
	socket := filepath.Join(b.dir, "upstream.sock")
	upstream, err := spawn(ctx, b.dir, nil, self, "upstream", socket)
	if err != nil {
		return err
	}
	defer upstream.stop()
	nginx, url, err := b.startNginx(ctx, "nginx-proxy",
		`location / { proxy_pass http://program; proxy_http_version 1.1; proxy_set_header Connection ""; }`,
		"upstream program { server unix:"+socket+"; keepalive 32; keepalive_requests 100000000; }")
	if err != nil {
		return err
	}
	defer nginx.stop()
	h.settle(ctx)
	for _, f := range []struct{ label, path string }{{"answer, 18 bytes", "/small"}, {"answer, 256 KB", "/large"}} {
		err := b.compare(ctx, f.label,
			target{"appzone", h.url + "/apps/" + id + f.path, "Authorization: Bearer " + h.token, h.child, false},
			target{"nginx", url + f.path, "", nginx, true})
		if err != nil {
			return err
		}
	}
	return nil
}
