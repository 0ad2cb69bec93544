package sandbox

import (
	"errors"
	"fmt"
	"os"
	"strings"

	wasmsys "github.com/tetratelabs/wazero/sys"

	"appzone/host/process"
)

// outOfMemory begins the line that says that the guest was refused memory before it ended.
const outOfMemory = "wasm out of memory: "

// signs tell by which limit a guest ended.
var signs = []process.Sign{
	{Text: outOfMemory, Limit: process.LimitMemory},
	{Text: "fatal error: runtime: out of memory", Limit: process.LimitMemory}, // the engine itself
}

// maxFrames bounds the guest's stack in a message.
const maxFrames = 16

// stackOverflow is how the engine calls it.
const stackOverflow = "stack overflow"

// explain turns the guest's end into an exit code, and says on standard error what the guest itself
// could not say.
func (i *instance) explain(err error) int {
	if err == nil {
		return 0
	}
	code := exitTrap
	var exit *wasmsys.ExitError
	if errors.As(err, &exit) {
		if code = exitCode(exit.ExitCode()); code == 0 {
			return 0
		}
	} else {
		fmt.Fprintln(os.Stderr, trapMessage(err.Error()))
	}
	if asked := i.memory.Refused(); asked > 0 {
		fmt.Fprintf(os.Stderr, outOfMemory+"the guest asked for %s and its limit is %s; raise parameters.limits.memoryMB\n",
			mebibytes(int64(asked)), mebibytes(i.order.MemoryBytes))
	}
	return code
}

// exitCode is what fits into the kernel's eight bits and stays a failure.
func exitCode(code uint32) int {
	if code != 0 && code&0xff == 0 {
		return 1
	}
	return int(code & 0xff)
}

// trapMessage makes one clear line of what the engine says, and a bounded stack below it.
func trapMessage(text string) string {
	_, trap, isTrap := strings.Cut(text, "wasm error: ")
	switch {
	case strings.HasSuffix(text, ": "+stackOverflow): // the one trap that comes without a stack
		trap = stackOverflow
	case !isTrap:
		return "wasm failure: " + oneLine(text)
	}
	trap, stack, _ := strings.Cut(trap, "\n")
	b := strings.Builder{}
	b.WriteString("wasm trap: " + oneLine(trap))
	if trap == stackOverflow {
		b.WriteString(" (calls in the guest nest too deep, most likely without end)")
	}
	stack = strings.TrimPrefix(stack, "wasm stack trace:\n")
	frames := strings.Split(strings.TrimRight(stack, "\n"), "\n")
	for n, frame := range frames {
		if n == maxFrames {
			fmt.Fprintf(&b, "\n    and %d more", len(frames)-n)
			break
		}
		if frame = strings.TrimSpace(frame); frame != "" {
			b.WriteString("\n    at " + oneLine(frame))
		}
	}
	return b.String()
}
