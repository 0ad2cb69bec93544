// Package rootfs is the file system of a WASM guest: one folder that nothing gets out of.
//
// wazero's own directory mounts follow symbolic links wherever they point. This one goes
// through [os.Root], so that "..", absolute links and links planted by somebody else all end
// in an error, and it does not offer the guest to make links at all. A [Quota] counts what
// the guest keeps in the folder. Only regular files and folders exist for the guest.
//
// A guest has one thread, and so has this package: an [FS] and its Quota are used by the
// guest's goroutine alone, and start none.
package rootfs
