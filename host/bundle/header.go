package bundle

// The bits of a Unix mode, which zips carry in the upper half of the external attributes.
const (
	modeType      = 0o170000
	modeRegular   = 0o100000
	modeFolder    = 0o040000
	modeLink      = 0o120000
	modeSpecial   = 0o7000
	modeOthers    = 0o002
	modeExecution = 0o111
)

// The attributes of DOS, in the lowest byte of the external attributes, that say that an entry is no file.
const (
	dosLabel  = 0x08
	dosFolder = 0x10
)

// check refuses an entry that is not a plain file or folder (A4), is packed in an unusual way, or is too
// large or too well packed to be true (A5).
func (h *header) check(folder bool, limits Limits) error {
	name := quote(h.name)
	switch {
	case h.flags&(flagEncrypted|flagStrongEncrypted|flagMasked) != 0:
		return refuse("zip_encrypted", "%s is encrypted; pack it without a password", name)
	case h.flags&^flagsKnown != 0:
		return refuse("zip_unsupported", "%s uses a feature of zip that plugins do not need (flags 0x%04x)", name, h.flags)
	case h.method != methodStore && h.method != methodDeflate:
		return refuse("zip_unsupported", "%s is packed by method %d; use the ordinary one, deflate", name, h.method)
	case h.mode&modeType == modeLink:
		return refuse("zip_symlink", "%s is a symbolic link; put the file itself in its place", name)
	case h.mode&modeType != 0 && h.mode&modeType != modeRegular && h.mode&modeType != modeFolder:
		return refuse("zip_special_file", "%s is a device, a pipe or a socket", name)
	case h.dos&dosLabel != 0:
		return refuse("zip_special_file", "%s is the label of a disk", name)
	case h.mode&modeType == modeFolder && !folder, h.dos&dosFolder != 0 && !folder, h.mode&modeType == modeRegular && folder:
		return refuse("zip_header_mismatch", "%s is a folder by its mode or by its name, but not by both", name)
	case folder && h.size != 0:
		return refuse("zip_file_folder_conflict", "%s is a folder with content", name)
	case h.method == methodStore && h.packed != h.size:
		return refuse("zip_size_lie", "%s is stored and has two sizes", name)
	case h.size > limits.FileBytes:
		return refuse("zip_file_too_large", "%s unpacks to more than %d MB", name, limits.FileBytes>>20)
	case h.size > smallFile && h.size > h.packed*limits.FileRatio:
		return refuse("zip_bomb_ratio", "%s unpacks to more than %d times its size", name, limits.FileRatio)
	}
	return nil
}
