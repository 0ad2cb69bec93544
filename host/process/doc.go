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
// [Limits] of a whole tree (memory, CPU time, number of processes) are the kernel's to hold, where the host was given
// control groups of version 1 or 2: each child gets one below the host's own, "appzone-PID/MARK.N", which the first stage
// enters while it waits for its order. Where there is none, a watchdog looks at all processes of the machine: at once when
// they or the used memory grow by much, otherwise every half second while something computes, and every five seconds while
// nothing does. It ends a tree that is over its limit of memory, processes or data on disk; one that is over its share of CPU
// time it halts for moments (SIGSTOP and SIGCONT by way of the init). What ended a program is named in [Exit].
//
// [Process.Freeze] lets a whole tree stand still, by its control group or by signals, for who copies what it writes.
//
// Goroutines: Start begins four for a child, which end before [Process.Done] is closed. The watchdog has two for all
// children, which run while it has something to hold. One goroutine, forkThread,
// lives as long as the program, because the kernel ends children with the thread that forked them.
//
// It will not restart anything, use quotas of file systems, or build walls on other systems than Linux: there a child has a
// session of its own and a clean environment.
package process
