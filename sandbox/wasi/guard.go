package wasi

import (
	"context"

	"github.com/tetratelabs/wazero/api"
)

// maxPath bounds the length of a path in bytes, as kernels do. wazero would copy what the
// guest names, however long.
const maxPath = 4096

// pathLengths are the positions of path lengths among the arguments.
var pathLengths = map[string][]int{
	"path_create_directory":   {2},
	"path_filestat_get":       {3},
	"path_filestat_set_times": {3},
	"path_link":               {3, 6},
	"path_open":               {3},
	"path_readlink":           {2},
	"path_remove_directory":   {2},
	"path_rename":             {2, 5},
	"path_symlink":            {1, 4},
	"path_unlink_file":        {2},
}

// guard bounds what wazero's own function would not.
func (s *System) guard(name string, base api.GoModuleFunction) api.GoModuleFunction {
	lengths := pathLengths[name]
	return api.GoModuleFunc(func(ctx context.Context, m api.Module, args []uint64) {
		for _, i := range lengths {
			if uint32(args[i]) > maxPath {
				args[0] = uint64(errNameLong)
				return
			}
		}
		switch name {
		case "fd_renumber": // the table grows to the number named, and ours are not wazero's
			if uint32(args[0]) >= FirstSocket || uint32(args[1]) >= FirstSocket {
				args[0] = uint64(errNotSup)
				return
			}
		case "path_open":
			s.openFile(ctx, m, args, base)
			return
		}
		base.Call(ctx, m, args)
		s.tellSpace(args)
	})
}

// openFile opens a file through wazero, and refuses it when wazero's table reaches the
// descriptors of sockets.
func (s *System) openFile(ctx context.Context, m api.Module, args []uint64, base api.GoModuleFunction) {
	result := uint32(args[8])
	base.Call(ctx, m, args)
	s.tellSpace(args)
	if errno(args[0]) != success {
		return
	}
	fd, ok := m.Memory().ReadUint32Le(result)
	if !ok || fd < FirstSocket {
		return
	}
	s.closeFile.Call(ctx, m, []uint64{uint64(fd)})
	args[0] = uint64(errMfile)
}

// tellSpace turns an I/O error into "no space left" where that is what it was.
func (s *System) tellSpace(args []uint64) {
	if len(args) > 0 && errno(args[0]) == errIO && s.options.NoSpace() {
		args[0] = uint64(errNospc)
	}
}
