package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"appzone/sandbox/quickjs"
	"appzone/sandbox/wasi"
)

// maxMessage bounds what a compiler says of a module, some of which is the module's own words.
const maxMessage = 600

// compileOrder is the argument of a compile child.
type compileOrder struct {
	// Module is the file to compile, Cache the empty folder for what comes of it.
	Module, Cache string
	// Script is a JavaScript program, called Name: the engine for it is compiled instead of a module, and parses it.
	Script, Name string
	// MemoryBytes is the limit that the kernel holds this process to.
	MemoryBytes int64
}

// compileResult is the one line that a compile child writes to its standard output. Code is a
// fault's code, empty when the module was compiled.
type compileResult struct {
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	// Bundled says that a program was joined with what it imports, of so many files in all.
	Bundled bool `json:"bundled,omitempty"`
	Inputs  int  `json:"inputs,omitempty"`
}

// compileChild is the entry "wasm-compile".
func compileChild(args []string) int {
	var o compileOrder
	if len(args) != 1 || json.Unmarshal([]byte(args[0]), &o) != nil {
		fmt.Fprintln(os.Stderr, "wasm-compile: bad order")
		return 2
	}
	// The collector works harder before the limit is reached, not after.
	debug.SetMemoryLimit(o.MemoryBytes * 3 / 4)
	result := compileResult{}
	var bad *badScript
	if err := compile(o); errors.Is(err, syscall.ENOMEM) {
		result = compileResult{Code: codeCompileMemory}
	} else if errors.As(err, &bad) {
		result = compileResult{Code: "syntax_error", Message: oneLine(bad.problem)}
	} else if err != nil {
		result = compileResult{Code: "module_invalid", Message: oneLine(err.Error())}
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		return 2
	}
	return 0
}

func compile(o compileOrder) error {
	code, err := quickjs.Engine()
	if o.Script == "" {
		code, err = readBounded(o.Module, maxModuleBytes)
	}
	if err != nil {
		return err
	}
	ctx := context.Background()
	engine, err := newEngine(ctx, o.Cache)
	if err != nil {
		return err
	}
	if _, err := engine.CompileModule(ctx, emptyModule); err != nil {
		return err
	}
	compiled, err := engine.CompileModule(ctx, code)
	if err != nil {
		return err
	}
	if o.Script != "" {
		return checkScript(ctx, engine, compiled, o)
	}
	return checkSignatures(ctx, engine, compiled)
}

// badScript is a program that the engine cannot read.
type badScript struct{ problem string }

func (b *badScript) Error() string { return b.problem }

// checkScript lets the engine that was just compiled parse the program.
func checkScript(ctx context.Context, engine wazero.Runtime, compiled wazero.CompiledModule, o compileOrder) error {
	code, err := readBounded(o.Script, maxScriptBytes)
	if err != nil {
		return err
	}
	problem, err := quickjs.Check(ctx, engine, compiled, o.Name, code)
	if err != nil {
		return err
	}
	if problem != "" {
		return &badScript{problem}
	}
	return nil
}

func readBounded(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

// checkSignatures finds now what would otherwise fail at every start: functions that are imported
// or exported with other types than they have.
func checkSignatures(ctx context.Context, engine wazero.Runtime, compiled wazero.CompiledModule) error {
	if start := compiled.ExportedFunctions()[startFunction]; start == nil || len(start.ParamTypes())+len(start.ResultTypes()) > 0 {
		return fmt.Errorf("%s must have neither parameters nor results", startFunction)
	}
	system, err := wasi.New(wasi.Options{})
	if err != nil {
		return err
	}
	defer system.Close()
	if err := system.Instantiate(ctx, engine); err != nil {
		return err
	}
	for _, f := range compiled.ImportedFunctions() {
		module, name, _ := f.Import()
		if !wasi.Offered(module, name) {
			continue // which was refused before
		}
		if have := engine.Module(module).ExportedFunctionDefinitions()[name]; have == nil || !sameTypes(f, have) {
			return fmt.Errorf("it imports %s.%s with other parameters or results than that has", module, name)
		}
	}
	return nil
}

func sameTypes(a, b api.FunctionDefinition) bool {
	return slices.Equal(a.ParamTypes(), b.ParamTypes()) && slices.Equal(a.ResultTypes(), b.ResultTypes())
}

// oneLine is a bounded line without control characters.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if len(s) > maxMessage {
		s = strings.ToValidUTF8(s[:maxMessage], "") + "..."
	}
	return s
}
