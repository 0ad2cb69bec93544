package certificate

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme/autocert"
)

const (
	// keptMax bounds the certificates in a folder: two for a name, and one while the name is checked.
	keptMax = 4096
	// keptBytes bounds one file.
	keptBytes = 64 << 10
)

// cache keeps certificates and keys in a private folder, and logs the certificates that come.
type cache struct {
	dir autocert.DirCache
	log *slog.Logger
	// writing is held by Put: everybody who waited for a certificate puts it.
	writing sync.Mutex
}

// openCache makes the folder, and clears certificates away that are over: of plugins that are gone, nobody renews them.
func openCache(dir string, log *slog.Logger) (*cache, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("folder for certificates: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("folder for certificates: %w", err)
	}
	for _, e := range entries {
		file := filepath.Join(dir, e.Name())
		content, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if leaf := leafIn(content); leaf != nil && time.Now().After(leaf.NotAfter) {
			_ = os.Remove(file)
		}
	}
	return &cache{dir: autocert.DirCache(dir), log: log}, nil
}

// Get implements autocert.Cache.
func (c *cache) Get(ctx context.Context, name string) ([]byte, error) { return c.dir.Get(ctx, name) }

// Delete implements autocert.Cache.
func (c *cache) Delete(ctx context.Context, name string) error { return c.dir.Delete(ctx, name) }

// Put implements autocert.Cache. Its caller drops the error, so it is logged here.
func (c *cache) Put(ctx context.Context, name string, content []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if old, err := c.dir.Get(ctx, name); err == nil && bytes.Equal(old, content) {
		return nil
	}
	leaf := leafIn(content)
	if leaf != nil && !strings.HasSuffix(name, "+token") { // what shows to the authority that a name is ours is no news
		c.log.Info("certificate obtained", attributes(leaf)...)
	}
	err := c.put(ctx, name, content, leaf != nil)
	if err != nil {
		c.log.Error("certificate not kept; after a restart it must be obtained again", "name", name, "error", err)
	}
	return err
}

// put bounds certificates. The account's key is one file, and without it nothing can be asked for.
func (c *cache) put(ctx context.Context, name string, content []byte, bounded bool) error {
	if len(content) > keptBytes {
		return fmt.Errorf("%d bytes are more than %d", len(content), keptBytes)
	}
	entries, err := os.ReadDir(string(c.dir))
	if err != nil {
		return err
	}
	if bounded && len(entries) >= keptMax {
		return fmt.Errorf("%s has %d files already", string(c.dir), len(entries))
	}
	return c.dir.Put(ctx, name, content)
}

// leafIn is the first certificate of a PEM file, nil if there is none.
func leafIn(content []byte) *x509.Certificate {
	for {
		var block *pem.Block
		if block, content = pem.Decode(content); block == nil {
			return nil
		}
		if block.Type == "CERTIFICATE" {
			leaf, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil
			}
			return leaf
		}
	}
}
