package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// nginxConfig is nginx as a careful administrator would set it up for this: workers for all cores, kept-alive connections, sendfile, no log.
const nginxConfig = `
daemon off; worker_processes auto; pid DIR/pid; error_log DIR/error.log crit; USER
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; default_type application/octet-stream;
  types { text/html html; text/javascript js; }
  client_body_temp_path DIR/body; proxy_temp_path DIR/proxy; fastcgi_temp_path DIR/fcgi; uwsgi_temp_path DIR/uwsgi; scgi_temp_path DIR/scgi;
  open_file_cache max=1000;
  server { listen ADDRESS; SERVER }
  OTHER
}
`

// startNginx runs nginx in a folder of its own. server is what stands in its one server, other what stands beside it.
func (b *bench) startNginx(ctx context.Context, name, server, other string) (*child, string, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, "", err
	}
	dir := filepath.Join(b.dir, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, "", err
	}
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;" // the folder is private to this user
	}
	config := strings.NewReplacer("DIR", dir, "USER", user, "ADDRESS", address, "SERVER", server, "OTHER", other).Replace(nginxConfig)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		return nil, "", err
	}
	c, err := spawn(ctx, dir, nil, "nginx", "-p", dir, "-c", file, "-e", filepath.Join(dir, "error.log"))
	if err != nil {
		return nil, "", err
	}
	url := "http://" + address
	if err := c.answers(ctx, url); err != nil {
		c.stop()
		return nil, "", fmt.Errorf("nginx: %w", err)
	}
	return c, url, nil
}
