package quickjs

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// output takes what is written to standard output (1) or standard error (2).
type output func(fd int, text []byte)

// hostFunction is a function of the host that JavaScript calls. What it returns is the engine's to free.
type hostFunction func(a *arguments) (value, error)

// arguments are those of one call. They are valid during the call.
type arguments struct {
	vm    *vm
	list  [maxArguments]value
	count int
}

// thrown is an error that carries a code to the guest.
type thrown struct{ code, message string }

func (t *thrown) Error() string { return t.message }

var errArguments = errors.New("a function of the host was called with other arguments than it takes")

// WASI's error numbers.
const (
	wasiSuccess = 0
	wasiBadf    = 8
	wasiFault   = 21
	wasiInval   = 28
)

// imports offers the engine what it imports: its calls into the host, and the little that it wants of a system. It has no
// file and no socket.
func (v *vm) imports(ctx context.Context, r wazero.Runtime, out output) error {
	env := r.NewHostModuleBuilder("env")
	export := func(name string, params, results int, f func(m api.Module, stack []uint64)) {
		env.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(_ context.Context, m api.Module, stack []uint64) { f(m, stack) }),
			int32s(params), int32s(results)).Export(name)
	}
	export("host_get_timezone_offset", 2, 1, func(_ api.Module, stack []uint64) {
		_, offset := time.Unix(int64(stack[0]<<32|stack[1]&0xffffffff), 0).Zone()
		stack[0] = uint64(uint32(offset))
	})
	// The engine asks every some thousand steps whether it shall stop. It never shall; but while it asks, the collector of
	// this process can do its work.
	export("host_interrupt", 0, 1, func(_ api.Module, stack []uint64) { stack[0] = 0 })
	export("host_promise_rejection", 3, 0, func(_ api.Module, stack []uint64) {
		v.rejected(uint32(stack[0]), uint32(stack[1]), stack[2] != 0)
	})
	nothing := func(_ api.Module, stack []uint64) { stack[0] = 0 } // there are no modules to load
	export("host_module_normalize", 2, 1, nothing)
	export("host_module_load", 2, 1, nothing)
	export("host_call", 5, 1, func(_ api.Module, stack []uint64) {
		stack[0] = uint64(v.hostCall(uint32(stack[0]), uint32(stack[3]), uint32(stack[4])))
	})
	if _, err := env.Instantiate(ctx); err != nil {
		return err
	}
	return system(ctx, r, out)
}

func int32s(n int) []api.ValueType {
	list := make([]api.ValueType, n)
	for i := range list {
		list[i] = api.ValueTypeI32
	}
	return list
}

// hostCall runs the host function that is named by one letter.
func (v *vm) hostCall(name, argc, argv uint32) uint32 {
	letter, _ := v.memory.ReadByte(name)
	f := v.host[letter]
	a := arguments{vm: v, count: int(min(argc, maxArguments))}
	for i := range a.count {
		box, _ := v.memory.ReadUint32Le(argv + 4*uint32(i))
		x, _ := v.memory.ReadUint64Le(box)
		a.list[i] = value(x)
	}
	if f == nil {
		return v.throw(errArguments)
	}
	result, err := f(&a)
	if err != nil {
		return v.throw(err)
	}
	return v.box(result)
}

// throw makes the guest's call end with an error.
func (v *vm) throw(err error) uint32 {
	e := value(v.invoke(v.calls.newError, v.context))
	v.set(e, "message", v.newString([]byte(err.Error())))
	var t *thrown
	if errors.As(err, &t) && t.code != "" {
		v.set(e, "code", v.newString([]byte(t.code)))
	}
	if box := v.box(e); box != 0 {
		v.invoke(v.calls.throwBox, uint64(box))
		v.invoke(v.calls.freeBox, uint64(box))
	}
	return 0
}

// set sets a property of a new object; the value becomes the object's.
func (v *vm) set(object value, name string, x value) {
	at, ok := v.place([]byte(name + "\x00"))
	if ok {
		v.invoke(v.calls.setProperty, v.context, uint64(object), at, uint64(x))
	}
}

// system is WASI for the engine: clocks, random numbers, and its own messages.
func system(ctx context.Context, r wazero.Runtime, out output) error {
	b := r.NewHostModuleBuilder("wasi_snapshot_preview1")
	i32, i64 := api.ValueTypeI32, api.ValueTypeI64
	began := time.Now()
	export := func(name string, params []api.ValueType, f func(mem api.Memory, stack []uint64) uint64) {
		b.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(_ context.Context, m api.Module, stack []uint64) {
			stack[0] = f(m.Memory(), stack)
		}), params, []api.ValueType{i32}).Export(name)
	}
	export("clock_time_get", []api.ValueType{i32, i64, i32}, func(mem api.Memory, stack []uint64) uint64 {
		now := time.Now().UnixNano()
		if stack[0] != 0 {
			now = int64(time.Since(began))
		}
		return wrote(mem.WriteUint64Le(uint32(stack[2]), uint64(now)))
	})
	export("random_get", []api.ValueType{i32, i32}, func(mem api.Memory, stack []uint64) uint64 {
		buf, ok := mem.Read(uint32(stack[0]), uint32(stack[1]))
		if ok {
			_, _ = rand.Read(buf)
		}
		return wrote(ok)
	})
	export("fd_write", []api.ValueType{i32, i32, i32, i32}, func(mem api.Memory, stack []uint64) uint64 {
		return write(mem, stack, out)
	})
	none := func(api.Memory, []uint64) uint64 { return wasiBadf }
	export("fd_close", []api.ValueType{i32}, none)
	export("fd_fdstat_get", []api.ValueType{i32, i32}, none)
	export("fd_seek", []api.ValueType{i32, i64, i32, i32}, none)
	_, err := b.Instantiate(ctx)
	return err
}

func wrote(ok bool) uint64 {
	if !ok {
		return wasiFault
	}
	return wasiSuccess
}

// write is the engine's own output, of which there is hardly any.
func write(mem api.Memory, stack []uint64, out output) uint64 {
	fd, at, count := int(uint32(stack[0])), uint32(stack[1]), uint32(stack[2])
	if fd != 1 && fd != 2 {
		return wasiBadf
	}
	if count > 16 {
		return wasiInval
	}
	var total uint32
	for i := range count {
		record, ok := mem.Read(at+8*i, 8)
		if !ok {
			return wasiFault
		}
		text, ok := mem.Read(le.Uint32(record), le.Uint32(record[4:]))
		if !ok {
			return wasiFault
		}
		out(fd, text)
		total += uint32(len(text))
	}
	return wrote(mem.WriteUint32Le(uint32(stack[3]), total))
}

// text is an argument that must be a string.
func (a *arguments) text(n int) (string, error) {
	if n >= a.count || !a.list[n].isString() {
		return "", errArguments
	}
	return a.vm.text(a.list[n]), nil
}

// bytes is an argument that must be a Uint8Array. The view ends with the call.
func (a *arguments) bytes(n int) ([]byte, error) {
	if n < a.count {
		if b := a.vm.bytes(a.list[n]); b != nil {
			return b, nil
		}
	}
	return nil, errArguments
}

// number is an argument that must be a number.
func (a *arguments) number(n int) (float64, error) {
	if n < a.count {
		if f, ok := a.list[n].number(); ok {
			return f, nil
		}
	}
	return 0, errArguments
}

// id is an argument that is the number of something.
func (a *arguments) id(n int) (int32, error) {
	if n >= a.count || a.list[n].tag() != tagInt {
		return 0, errArguments
	}
	return int32(a.list[n]), nil
}

// truth is an argument that must be true or false.
func (a *arguments) truth(n int) bool {
	return n < a.count && a.list[n].tag() == tagBool && a.list[n]&1 == 1
}
