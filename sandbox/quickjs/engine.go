package quickjs

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
)

// EngineVersion is the version of the npm package quickjs-wasi whose quickjs.wasm is embedded.
const EngineVersion = "3.6.2"

// engineSHA256 is the digest of that file. "make" takes it from the package registry by the package's digest.
const engineSHA256 = "d4c9375f2b1ca4dc95f72c8aa2982a7a9951ac8011490d79c6582df732b4bbd9"

// ErrNoEngine says that the binary was built without "make", which fetches the engine.
var ErrNoEngine = errors.New("this build has no JavaScript engine: build the host with make, which fetches it")

// dist holds quickjs.wasm once it was fetched. Its placeholder keeps a build without it possible.
//
//go:embed all:dist
var dist embed.FS

// Engine returns QuickJS as a WASM module. Errors: [ErrNoEngine]; a file that is not the pinned one.
func Engine() ([]byte, error) { return engineIn(dist) }

func engineIn(folder fs.FS) ([]byte, error) {
	code, err := fs.ReadFile(folder, "dist/quickjs.wasm")
	if err != nil {
		return nil, ErrNoEngine
	}
	sum := sha256.Sum256(code)
	if hex.EncodeToString(sum[:]) != engineSHA256 {
		return nil, errors.New("the JavaScript engine in this build is not the pinned one: remove sandbox/quickjs/dist/quickjs.wasm and build with make")
	}
	return code, nil
}

// EngineID names the engine that is pinned; code compiled for another one is of no use.
func EngineID() string { return engineSHA256 }
