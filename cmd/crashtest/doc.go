// Package crashtest proves that a host which is killed comes back whole. Its tests run a host with its real store
// and a real runtime in a child process, kill that with SIGKILL at every point where an operation could be half done, open
// the data folder again and check what was promised. There is no code but tests.
package crashtest
