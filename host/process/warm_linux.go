package process

import (
	"runtime"
	"sync"
)

// warmThreads are as many as the init ever runs at once.
const warmThreads = 6

// warm makes the init's threads before there is a program: one that fills up its number of processes would leave it
// none, and Go ends a process that cannot make a thread.
func warm() {
	var there, gone sync.WaitGroup
	there.Add(warmThreads)
	for range warmThreads {
		gone.Go(func() {
			runtime.LockOSThread() // keeps this thread from running the others too
			there.Done()
			there.Wait()
			runtime.UnlockOSThread()
		})
	}
	gone.Wait()
}
