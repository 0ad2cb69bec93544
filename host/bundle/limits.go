package bundle

// Limits bound what is accepted. A zero field means that nothing is: start from [DefaultLimits].
type Limits struct {
	// Entries bounds files and folders together, folders that only paths imply included.
	Entries int
	// DirectoryBytes bounds the zip's central directory, which is held in memory.
	DirectoryBytes int64
	// FileBytes bounds one file when unpacked, TotalBytes all of them.
	FileBytes  int64
	TotalBytes int64
	// FileRatio bounds unpacked to packed size of a file of more than 1 MB, TotalRatio that of the
	// whole zip when it unpacks to more than 10 MB. Deflate alone can reach 1032.
	FileRatio  int64
	TotalRatio int64
	// Depth bounds the parts of a path, PathBytes its length, PartBytes the length of a part.
	Depth     int
	PathBytes int
	PartBytes int
}

// DefaultLimits are generous to real plugins with their node_modules, and deadly to bombs.
func DefaultLimits() Limits {
	return Limits{
		Entries:        20_000,
		DirectoryBytes: 4 << 20,
		FileBytes:      256 << 20,
		TotalBytes:     512 << 20,
		FileRatio:      200,
		TotalRatio:     100,
		Depth:          32,
		PathBytes:      512,
		PartBytes:      255,
	}
}

const (
	// smallFile and smallTotal are sizes below which a ratio proves nothing.
	smallFile  = 1 << 20
	smallTotal = 10 << 20
)
