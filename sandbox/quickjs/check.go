package quickjs

import (
	"context"
	"strings"

	"github.com/tetratelabs/wazero"
)

// compileModule is a module's flag.
const compileModule = 1

// Check parses a program without running it, in an instance of the compiled engine in r, which is then used up. It returns what
// is wrong with it, "" for nothing. It says what the engine itself cannot read, whatever other parsers think of it.
func Check(ctx context.Context, r wazero.Runtime, engine wazero.CompiledModule, name string, code []byte) (string, error) {
	v, err := newVM(ctx, r, engine, func(int, []byte) {})
	if err != nil {
		return "", err
	}
	source := uint32(v.invoke(v.calls.malloc, uint64(len(code)+1)))
	if source == 0 || !v.memory.Write(source, append(code[:len(code):len(code)], 0)) {
		return name + " is too large for the memory that the plugin has", nil
	}
	file, _ := v.place([]byte(name + "\x00"))
	out := v.invoke(v.calls.compile, uint64(source), uint64(len(code)), file, compileModule, 0, uint64(v.scratch+outAt))
	if v.broken != nil {
		return "", v.broken
	}
	if out != 0 {
		return "", nil
	}
	i := &Instance{vm: v}
	return strings.Join(strings.Fields(i.describe(v.exception())), " "), v.broken
}
