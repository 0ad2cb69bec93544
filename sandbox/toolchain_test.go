package sandbox_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// guestDir is where guests are built, once for a test run.
var guestDir = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "appzone-guests-")
	if err != nil {
		panic(err)
	}
	return dir
})

// errToolchain says that a compiler is not installed.
var errToolchain = errors.New("not installed")

// guests builds each guest at its first use. Rust is Debian's, whose standard library for WASI
// is a package beside it; a rustup in PATH need not have one.
var guests = map[string]func() (string, error){
	"go":          build("go", "GOOS=wasip1 GOARCH=wasm go build -trimpath -ldflags=-s -o OUT ./testdata/guests/go"),
	"conformance": build("conformance", "GOOS=wasip1 GOARCH=wasm go build -trimpath -ldflags=-s -o OUT ./testdata/conformance"),
	"sample":      build("sample", "GOOS=wasip1 GOARCH=wasm go build -trimpath -ldflags=-s -o OUT ../samples/wasm-hello-go"),
	"c":           build("c", "clang --target=wasm32-wasi -O2 -Wall -Wextra -Werror -o OUT ../samples/wasm-hello-c/main.c guest/c/*.c"),
	"files":       build("files", "clang --target=wasm32-wasi -O2 -Wall -Wextra -Werror -o OUT testdata/guests/files/main.c"),
	"poll":        build("poll", "clang --target=wasm32-wasi -O2 -Wall -Wextra -Werror -o OUT testdata/guests/poll/main.c"),
	"sample-rust": build("sample-rust", "/usr/bin/rustc --edition 2021 --target wasm32-wasi -O -o OUT ../samples/wasm-hello-rust/main.rs"),
	"rust":        build("rust", "/usr/bin/rustc --target wasm32-wasi -O -o OUT testdata/guests/rust/main.rs"),

	"kit-go":         build("kit-go", "GOOS=wasip1 GOARCH=wasm go build -trimpath -ldflags=-s -o OUT ./guest/go/conformance/lean"),
	"kit-go-nethttp": build("kit-go-nethttp", "GOOS=wasip1 GOARCH=wasm go build -trimpath -ldflags=-s -o OUT ./guest/go/conformance/nethttp"),
	"drivers":        build("drivers", "GOOS=wasip1 GOARCH=wasm go build -trimpath -ldflags=-s -o OUT ./testdata/guests/drivers"),
	"kit-c":          build("kit-c", "clang --target=wasm32-wasi -O2 -Wall -Wextra -Werror -o OUT guest/c/conformance/main.c guest/c/*.c"),
	"kit-rust":       build("kit-rust", "/usr/bin/rustc --edition 2021 --target wasm32-wasi -D warnings -O -o OUT guest/rust/conformance/main.rs"),
}

func build(name, command string) func() (string, error) {
	return sync.OnceValues(func() (string, error) {
		out := filepath.Join(guestDir(), name+".wasm")
		var env []string
		args := strings.Fields(strings.ReplaceAll(command, "OUT", out))
		for strings.Contains(args[0], "=") {
			env, args = append(env, args[0]), args[1:]
		}
		if _, err := exec.LookPath(args[0]); err != nil {
			return "", fmt.Errorf("%s: %w", args[0], errToolchain)
		}
		cmd := exec.Command(args[0], expand(args[1:])...)
		cmd.Env = append(os.Environ(), env...)
		if b, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w\n%s", command, err, b)
		}
		return out, nil
	})
}

// expand replaces patterns of files by their names, as a shell does.
func expand(args []string) []string {
	var out []string
	for _, arg := range args {
		if names, err := filepath.Glob(arg); err == nil && len(names) > 0 {
			out = append(out, names...)
		} else {
			out = append(out, arg)
		}
	}
	return out
}

// guest returns the module of a guest. A missing compiler skips the test, except in CI,
// which has to have them all.
func guest(t testing.TB, name string) []byte {
	t.Helper()
	file, err := guests[name]()
	if errors.Is(err, errToolchain) && os.Getenv("CI") != "true" {
		t.Skipf("no compiler for this guest: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
