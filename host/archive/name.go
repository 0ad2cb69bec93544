package archive

import "strings"

const (
	// nameMax, partMax and depthMax bound the names in an archive, and linkMax where a link leads. A name may be longer than what a call of
	// the system takes: programs nest folders as deeply as they like, and whatever [Writer.Tree] takes must be readable again.
	nameMax  = 64 << 10
	partMax  = 255
	depthMax = 256
	linkMax  = 4096
	// treeDepth bounds the nesting of one folder that is written.
	treeDepth = 200
)

// checkName refuses a name that is not the plain path of something inside. Names need not be UTF-8: those of files are not.
func checkName(name string) error {
	if name == "" || len(name) > nameMax || strings.Count(name, "/") > depthMax {
		return Invalid("the name %.60q is empty, too long or nests too deeply", name)
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." || len(part) > partMax || strings.ContainsRune(part, 0) {
			return Invalid("the name %.60q is not a plain path", name)
		}
	}
	return nil
}

// sumLine is a line of SHA256SUMS, as sha256sum writes it.
func sumLine(sum, name string) string {
	mark := ""
	if strings.ContainsAny(name, "\\\n\r") {
		mark = `\`
		name = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`).Replace(name)
	}
	return mark + sum + "  " + name + "\n"
}
