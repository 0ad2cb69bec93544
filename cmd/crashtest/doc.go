// Package crashtest proves that a host which is killed comes back whole. Some of its tests run a host with its real store
// and a real runtime in a child process, kill that with SIGKILL at every point where an operation could be half done, open
// the data folder again and check what was promised.
//
// Others do so with the product's own binary, over REST: workers change everything at the same time while the host is killed at random
// moments, its disk is full, its database is damaged, or its clock is turned. A model of what was acknowledged, and of what
// had no answer yet, says what there may be afterwards. "make crash" kills as often as one likes.
//
// There is no code but tests.
package crashtest
