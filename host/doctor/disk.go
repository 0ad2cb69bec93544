package doctor

import (
	"fmt"
	"strings"
)

const (
	// lowBytes is the room below which an upload of the usual size, with what is made of it, may not fit.
	lowBytes = 1 << 30
	// fullBytes is the room below which nothing goes on for long.
	fullBytes = 64 << 20
)

// Part is a part of the data folder with its size.
type Part struct {
	Name  string
	Bytes int64
}

// Disk tells of the room for the data folder: free is what may still be written.
func Disk(dir string, free int64, parts []Part) Finding {
	sizes := make([]string, 0, len(parts))
	for _, p := range parts {
		sizes = append(sizes, p.Name+" "+Size(p.Bytes))
	}
	detail := "in " + dir
	if len(sizes) > 0 {
		detail += ": " + strings.Join(sizes, ", ")
	}
	const fix = "make room on the disk of the data folder (XC_DATA_DIR): remove plugins that nobody uses (appzone plugin uninstall, then remove), " +
		"keep fewer versions (XC_VERSIONS_KEPT), or give it a larger disk"
	switch {
	case free < fullBytes:
		return DiskFull.Bad(fmt.Sprintf("the disk is full: %s may still be written", Size(free)), detail+"; uploads and changes are refused", fix)
	case free < lowBytes:
		return DiskLow.Warn(fmt.Sprintf("the disk is nearly full: %s may still be written", Size(free)), detail, fix)
	}
	return DiskOK.Good(Size(free)+" may still be written", detail)
}

// Size is a number of bytes as people read it.
func Size(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d bytes", max(0, n))
	}
	value, at := float64(n)/unit, 0
	for value >= unit && at < 4 {
		value /= unit
		at++
	}
	return fmt.Sprintf("%.1f %s", value, [...]string{"KiB", "MiB", "GiB", "TiB", "PiB"}[at])
}
