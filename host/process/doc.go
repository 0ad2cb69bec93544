// Package process runs one child process: its listener, its clean environment,
// its jail and limits, its whole tree of descendants, its output and the cause of
// its end.
//
// It knows nothing of plugins, versions or HTTP. A child is the host's own binary
// re-executed ([Main]) with what it has to do coming over a socket, so that neither
// ps nor /proc tells. A child goes through stages:
//
//	host ── fork ──► init: encloses itself ── fork ──► jail: confines itself ── exec ──► program
//	host ── fork ──► entry: encloses and confines itself, calls an Entry
//
// To enclose takes privileges, or a user namespace that lends them: mount, PID, IPC, UTS and network
// namespaces, a file tree with nothing in it but the [Jail]. To confine gives up what is left, for good:
// Landlock, no_new_privs, root's user id ([Jail.User]), capabilities, a filter of system calls, resource limits. The init is the first
// process of the PID namespace, so that everything in there ends with it; where there is none it
// adopts orphans and ends them itself. It lives as long as the program and reports how that ended.
//
// What a machine can do is found out by trying ([Machine]) and told for each child
// ([Process.Walls]); a stage that cannot build a wall which was promised fails the start.
//
// Goroutines: Start begins four for a child, which end before [Process.Done] is closed. One goroutine, forkThread,
// lives as long as the program, because the kernel ends children with the thread that forked them.
//
// It will not restart anything, hold a share of CPU time or bound a whole tree's memory (that takes control
// groups), or build walls on other systems than Linux: there a child has a session of its own and a clean environment.
package process
