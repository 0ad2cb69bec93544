package process_test

import (
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"appzone/host/process"
)

// entries are what children of these tests run in place of programs.
var entries = map[string]process.Entry{
	"args": func(args []string) int {
		fmt.Printf("%q %q\n", os.Args, args)
		fmt.Println(strings.Join(os.Environ(), "\n"))
		return 3
	},
	"wait": func([]string) int {
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		fmt.Println("waiting")
		<-stop
		fmt.Println("stopping")
		return 0
	},
}

func TestMain(m *testing.M) {
	process.Main(entries)
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("appzone/host/process.forkThread"))
}

// lines collects a child's output.
type lines struct {
	mu  sync.Mutex
	all []process.Line
}

func (l *lines) add(line process.Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, line)
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var b strings.Builder
	for _, line := range l.all {
		b.WriteString(line.Text + "\n")
	}
	return b.String()
}
