package quickjs

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

const (
	// scratchBytes is room in the guest's memory through which strings and bytes go in.
	scratchBytes = 64 << 10
	// argvAt is where in it the arguments of a call lie: behind the room for one string.
	argvAt   = scratchBytes
	argvSize = 8 * maxArguments
	// outAt is where calls leave a length.
	outAt       = argvAt + argvSize
	scratchSize = outAt + 16

	maxArguments = 8
	// stackBytes bounds JavaScript's own stack; the engine has 1 MiB, and needs some of it beside.
	stackBytes = 512 << 10
	// firstCollection is how much a program allocates before garbage in cycles is looked for.
	firstCollection = 4 << 20
	// evalModule evaluates as a module.
	evalModule = 1
)

var le = binary.LittleEndian

// vm is one QuickJS in its memory. It is used by one goroutine at a time. After a trap every call does nothing, and
// broken tells why.
type vm struct {
	module  api.Module
	memory  api.Memory
	calls   calls
	context uint64 // of QuickJS
	scratch uint32
	stack   [8]uint64
	broken  error
	// pressure is the size of the memory from which garbage in cycles is looked for again and again: the engine itself would wait
	// until there is half as much again as at the last time, which may be more than there can be.
	pressure uint32

	host       map[byte]hostFunction
	rejections []rejection
}

// calls are the engine's functions that are used.
type calls struct {
	call, free, newString, toCString, freeCString, newBytes, getBytes, getException, throw,
	newError, setProperty, getElement, promiseState, promiseResult, malloc, mfree, eval, compile, newFunction,
	freeBox, boxUndefined, throwBox, jobPending, runJob,
	collectAt, collectNow api.Function
}

func (c *calls) names() map[string]*api.Function {
	return map[string]*api.Function{
		"JS_Call": &c.call, "JS_FreeValue": &c.free, "JS_NewStringLen": &c.newString, "JS_ToCStringLen2": &c.toCString,
		"JS_FreeCString": &c.freeCString, "JS_NewUint8ArrayCopy": &c.newBytes, "JS_GetUint8Array": &c.getBytes,
		"JS_GetException": &c.getException, "JS_Throw": &c.throw, "JS_NewError": &c.newError,
		"JS_SetPropertyStr": &c.setProperty, "JS_GetPropertyUint32": &c.getElement, "JS_PromiseState": &c.promiseState,
		"JS_PromiseResult": &c.promiseResult, "wasm_malloc": &c.malloc, "wasm_free": &c.mfree, "qjs_eval": &c.eval,
		"qjs_compile": &c.compile, "qjs_new_host_function": &c.newFunction, "qjs_free_value": &c.freeBox,
		"qjs_get_undefined": &c.boxUndefined, "qjs_throw": &c.throwBox, "qjs_is_job_pending": &c.jobPending,
		"qjs_execute_pending_job": &c.runJob, "qjs_set_gc_threshold": &c.collectAt, "qjs_run_gc": &c.collectNow,
	}
}

// newVM makes an instance of the compiled engine in r, which can hold one.
func newVM(ctx context.Context, r wazero.Runtime, engine wazero.CompiledModule, console output) (*vm, error) {
	v := &vm{host: map[byte]hostFunction{}}
	if err := v.imports(ctx, r, console); err != nil {
		return nil, err
	}
	module, err := r.InstantiateModule(ctx, engine, wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize"))
	if err != nil {
		return nil, err
	}
	v.module, v.memory = module, module.Memory()
	for name, f := range v.calls.names() {
		if *f = module.ExportedFunction(name); *f == nil {
			return nil, fmt.Errorf("the engine has no function %s", name)
		}
	}
	return v, v.initialise(ctx)
}

func (v *vm) initialise(ctx context.Context) error {
	for _, call := range []struct {
		name string
		args []uint64
	}{
		{"qjs_init", nil},
		{"qjs_set_max_stack_size", []uint64{stackBytes}},
		{"qjs_set_interrupt_handler", []uint64{1}},
		{"qjs_set_gc_threshold", []uint64{firstCollection}},
		{"qjs_set_promise_rejection_handler", []uint64{1}},
	} {
		out, err := v.module.ExportedFunction(call.name).Call(ctx, call.args...)
		if err != nil {
			return err
		}
		if len(out) == 1 && out[0] != 0 {
			return errors.New("the engine has not enough memory to start")
		}
	}
	out, err := v.module.ExportedFunction("qjs_get_context_ptr").Call(ctx)
	if err != nil {
		return err
	}
	v.context = out[0]
	if v.scratch = uint32(v.invoke(v.calls.malloc, scratchSize)); v.scratch == 0 {
		return errors.New("the engine has not enough memory to start")
	}
	return v.broken
}

// invoke calls one of the engine's functions. A nested call may use the same stack: arguments are taken from it at the
// beginning, and the result is left there at the end.
func (v *vm) invoke(f api.Function, args ...uint64) uint64 {
	if v.broken != nil {
		return 0
	}
	n := copy(v.stack[:], args)
	if err := f.CallWithStack(context.Background(), v.stack[:max(n, 1)]); err != nil {
		v.broken = err
		return 0
	}
	return v.stack[0]
}

// place copies bytes into the guest's memory and returns where they are. Up to scratchBytes they stay until the next
// call of place; more have to be given back with unplace.
func (v *vm) place(b []byte) (uint64, bool) {
	at := v.scratch
	if len(b) > scratchBytes {
		at = uint32(v.invoke(v.calls.malloc, uint64(len(b))))
	}
	return uint64(at), at != 0 && v.memory.Write(at, b)
}

func (v *vm) unplace(at uint64) {
	if at != uint64(v.scratch) && at != 0 {
		v.invoke(v.calls.mfree, at)
	}
}

// collect frees garbage in cycles, which counting references does not.
func (v *vm) collect() { v.invoke(v.calls.collectNow) }

// newString makes a string, undefined where there is no memory for it.
func (v *vm) newString(b []byte) value {
	at, ok := v.place(b)
	if !ok {
		return undefined
	}
	s := v.made(value(v.invoke(v.calls.newString, v.context, at, uint64(len(b)))))
	v.unplace(at)
	return s
}

// newBytes makes a Uint8Array, undefined where there is no memory for it.
func (v *vm) newBytes(b []byte) value {
	at, ok := v.place(b)
	if !ok {
		return undefined
	}
	s := v.made(value(v.invoke(v.calls.newBytes, v.context, at, uint64(len(b)))))
	v.unplace(at)
	return s
}

// made drops the exception of a value that could not be made.
func (v *vm) made(x value) value {
	if x.isException() {
		v.free(value(v.invoke(v.calls.getException, v.context)))
		return undefined
	}
	return x
}

func (v *vm) free(x value) {
	if x.counted() {
		v.invoke(v.calls.free, v.context, uint64(x))
	}
}

// text returns a string's UTF-8. It runs no code of the guest.
func (v *vm) text(x value) string {
	at, n := v.borrowText(x)
	if at == 0 {
		return ""
	}
	b, _ := v.memory.Read(at, n)
	s := string(b)
	v.invoke(v.calls.freeCString, v.context, uint64(at))
	return s
}

// borrowText returns where a string's UTF-8 lies, to be given back with freeCString; 0 if x is none.
func (v *vm) borrowText(x value) (at, n uint32) {
	if !x.isString() {
		return 0, 0
	}
	at = uint32(v.invoke(v.calls.toCString, v.context, uint64(v.scratch+outAt), uint64(x), 0))
	if at == 0 { // no memory
		v.free(value(v.invoke(v.calls.getException, v.context)))
		return 0, 0
	}
	n, _ = v.memory.ReadUint32Le(v.scratch + outAt)
	return at, n
}

// bytes returns a view of a Uint8Array, valid until the guest runs on; nil if x is none.
func (v *vm) bytes(x value) []byte {
	if x.tag() != tagObject {
		return nil
	}
	at := uint32(v.invoke(v.calls.getBytes, v.context, uint64(v.scratch+outAt), uint64(x)))
	n, ok := v.memory.ReadUint32Le(v.scratch + outAt)
	if at == 0 || !ok {
		v.free(value(v.invoke(v.calls.getException, v.context)))
		return nil
	}
	b, _ := v.memory.Read(at, n)
	return b
}

// run calls a function of the guest with arguments, which stay the caller's. The result is the caller's too.
func (v *vm) run(f value, args ...value) value {
	at := v.scratch + argvAt
	if b, ok := v.memory.Read(at, argvSize); ok {
		for i, a := range args {
			le.PutUint64(b[8*i:], uint64(a))
		}
	}
	r := value(v.invoke(v.calls.call, v.context, uint64(f), uint64(undefined), uint64(len(args)), uint64(at)))
	if v.broken != nil {
		return undefined
	}
	return r
}

// element returns an element of an array.
func (v *vm) element(array value, n uint32) value {
	return value(v.invoke(v.calls.getElement, v.context, uint64(array), uint64(n)))
}

// evaluate evaluates code as a script or as a module and returns its value, or its promise.
func (v *vm) evaluate(name string, code []byte, flags uint64) value {
	source := uint32(v.invoke(v.calls.malloc, uint64(len(code)+1)))
	if source == 0 || !v.memory.Write(source, append(code[:len(code):len(code)], 0)) {
		return undefined
	}
	file, _ := v.place([]byte(name + "\x00"))
	box := uint32(v.invoke(v.calls.eval, uint64(source), uint64(len(code)), file, flags))
	v.invoke(v.calls.mfree, uint64(source))
	return v.unbox(box)
}

// unbox takes the value out of what the engine's flat interface returns.
func (v *vm) unbox(box uint32) value {
	x, ok := v.memory.ReadUint64Le(box)
	if box == 0 || !ok {
		return undefined
	}
	v.memory.WriteUint64Le(box, uint64(undefined)) // the reference is ours now
	v.invoke(v.calls.freeBox, uint64(box))
	return value(x)
}

// box wraps a value for the engine, which frees it.
func (v *vm) box(x value) uint32 {
	box := uint32(v.invoke(v.calls.boxUndefined))
	if box == 0 || !v.memory.WriteUint64Le(box, uint64(x)) {
		return 0
	}
	return box
}
