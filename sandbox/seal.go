package sandbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"appzone/host"
	"appzone/host/fault"
	"appzone/sandbox/quickjs"
)

const (
	// cacheFolder is where the compilation cache lies in a version's PreparedDir.
	cacheFolder = "wasm"
	// sealFile lies beside it: the cache holds what the engine wrote, and nothing else.
	sealFile = "wasm.seal"
	// keyFile lies in the runtime's own folder.
	keyFile = "seal.key"

	maxSealBytes = 64 << 10
	maxCodeBytes = 1 << 30
)

// seal is what the host remembers of a compilation. The engine runs native code from its cache as it
// finds it, so what the cache must hold is written down where a plugin cannot write, and
// signed with a key that only the host has.
type seal struct {
	Plugin  string `json:"plugin"`
	Version string `json:"version"`
	// Engine is the engine's name for itself on this machine.
	Engine string   `json:"engine"`
	Module fileSeal `json:"module"`
	// Cache are the files of the cache, with names relative to it.
	Cache []fileSeal `json:"cache"`
	// JavaScript names the engine that was compiled instead of Module, where that is a program for it.
	JavaScript string `json:"javascript,omitempty"`
	// Script is the program as it was joined with its imports; nil where Module is run as it is.
	Script *fileSeal `json:"script,omitempty"`
}

// fileSeal is one file as it must be.
type fileSeal struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// codeBytes is the size of the compiled code.
func (s *seal) codeBytes() int64 {
	var n int64
	for _, f := range s.Cache {
		n += f.Bytes
	}
	return n
}

// signed is the file's format: the seal's bytes as they were signed, and the signature.
type signed struct {
	Seal json.RawMessage `json:"seal"`
	MAC  string          `json:"mac"`
}

// writeSeal signs and keeps a seal. The file is there as a whole or not at all.
func (r *Runtime) writeSeal(preparedDir string, s seal) error {
	body, err := json.Marshal(s)
	if err != nil {
		return err
	}
	out, err := json.Marshal(signed{Seal: body, MAC: hex.EncodeToString(r.mac(body))})
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(preparedDir, sealFile), out)
}

// readSeal returns the seal of a prepared version. Errors: not_prepared, prepared_changed.
func (r *Runtime) readSeal(s host.Staged) (*seal, error) {
	f, err := os.OpenInRoot(s.PreparedDir, sealFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notPrepared(s, "it was never compiled to the end")
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSealBytes))
	if err != nil {
		return nil, err
	}
	var sig signed
	var out seal
	if json.Unmarshal(b, &sig) != nil || !r.signedByUs(sig) || json.Unmarshal(sig.Seal, &out) != nil ||
		out.Plugin != s.Plugin || out.Version != s.Version || out.Module.Name != s.Manifest.Parameters.WASMPath {
		return nil, fault.New(fault.Conflict, "prepared_changed",
			"what was compiled for plugin %s %s is not what this host compiled; prepare the version again", s.Plugin, s.Version)
	}
	engine, err := r.engine()
	if err != nil {
		return nil, err
	}
	if out.Engine != engine {
		return nil, notPrepared(s, "it was compiled by another version of the engine, or for another processor")
	}
	if isScript(s.Manifest) && out.JavaScript != quickjs.EngineID() {
		return nil, notPrepared(s, "it was compiled with another version of the JavaScript engine")
	}
	return &out, nil
}

func notPrepared(s host.Staged, why string) error {
	return fault.New(fault.Conflict, "not_prepared", "plugin %s %s cannot start: %s; prepare the version again", s.Plugin, s.Version, why)
}

func (r *Runtime) mac(body []byte) []byte {
	h := hmac.New(sha256.New, r.key)
	h.Write(body)
	return h.Sum(nil)
}

func (r *Runtime) signedByUs(s signed) bool {
	mac, err := hex.DecodeString(s.MAC)
	return err == nil && hmac.Equal(mac, r.mac(s.Seal))
}

// sealFileAt measures one file below dir.
func sealFileAt(dir, name string) (fileSeal, error) {
	f, err := os.OpenInRoot(dir, filepath.FromSlash(name))
	if err != nil {
		return fileSeal{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(f, maxCodeBytes+1))
	if err != nil {
		return fileSeal{}, err
	}
	if n > maxCodeBytes {
		return fileSeal{}, fmt.Errorf("%s is larger than %d bytes", name, maxCodeBytes)
	}
	return fileSeal{Name: name, Bytes: n, SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}

// verify says whether the file below dir is what was sealed.
func (f fileSeal) verify(dir string) error {
	found, err := sealFileAt(dir, f.Name)
	if err != nil {
		return err
	}
	if found != f {
		return fmt.Errorf("%s is not what was compiled", f.Name)
	}
	return nil
}

// read returns the contents of a file that is what was sealed.
func (f fileSeal) read(dir string) ([]byte, error) {
	in, err := os.OpenInRoot(dir, filepath.FromSlash(f.Name))
	if err != nil {
		return nil, err
	}
	defer in.Close()
	b := make([]byte, min(f.Bytes, maxModuleBytes))
	if _, err := io.ReadFull(in, b); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	sum := sha256.Sum256(b)
	if hex.EncodeToString(sum[:]) != f.SHA256 {
		return nil, fmt.Errorf("%s is not what was compiled", f.Name)
	}
	return b, nil
}

// loadKey reads the sealing key, or makes one.
func loadKey(dir string) ([]byte, error) {
	name := filepath.Join(dir, keyFile)
	key, err := os.ReadFile(name)
	if err == nil && len(key) == sha256.Size {
		return key, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	key = make([]byte, sha256.Size)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	return key, replaceFile(name, key)
}

// replaceFile writes a file that only the host may read, as a whole.
func replaceFile(name string, contents []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone when it was renamed
	_, err = io.Copy(f, bytes.NewReader(contents))
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
