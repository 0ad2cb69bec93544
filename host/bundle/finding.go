package bundle

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"appzone/host/signature"
)

// Severity orders findings.
type Severity string

// The severities.
const (
	Info   Severity = "info"
	Low    Severity = "low"
	Medium Severity = "medium"
	High   Severity = "high"
)

// Finding is something about the files that an administrator should know before consenting.
type Finding struct {
	Severity Severity `json:"severity"`
	// Code is stable, "native_code".
	Code string `json:"code"`
	// Message is one sentence; it counts the files where there are several.
	Message string `json:"message"`
	// Path is the first file that it is about.
	Path string `json:"path,omitempty"`
}

// kind is one kind of finding about files.
type kind struct {
	severity Severity
	code     string
	// one and many are the message for one file and for several.
	one, many string
}

var (
	junkSkipped     = kind{Info, "junk_skipped", "one file of an operating system was left out", "%d files of an operating system were left out"}
	modeDropped     = kind{Low, "mode_bits_dropped", "a setuid, setgid, sticky or world-writable bit was dropped from one entry", "setuid, setgid, sticky or world-writable bits were dropped from %d entries"}
	npmConfig       = kind{Medium, "npm_config_ignored", "a package manager's configuration, which could run commands during an install, is ignored", "%d configurations of package managers, which could run commands during an install, are ignored"}
	modulesBundled  = kind{Info, "node_modules_bundled", "the plugin brings its dependencies in node_modules; nothing is installed from a registry", "the plugin brings its dependencies in node_modules (%d files); nothing is installed from a registry"}
	nativeCode      = kind{Medium, "native_code", "a native library is included; it runs outside of Node's own checks", "%d native libraries are included; they run outside of Node's own checks"}
	programIncluded = kind{Low, "program_included", "a program or shell script is included", "%d programs or shell scripts are included"}
	archiveIncluded = kind{Low, "archive_included", "an archive is included; what is in it was not looked at", "%d archives are included; what is in them was not looked at"}
	hiddenFile      = kind{Info, "hidden_file", "a file or folder whose name starts with a dot is included", "%d files are hidden by a name that starts with a dot"}
	historyIncluded = kind{Medium, "history_included", "the history of a version control system is included", "the history of a version control system is included (%d files)"}
	secretIncluded  = kind{Medium, "secret_included", "a file that usually holds secrets is included; everyone who gets the zip has them", "%d files that usually hold secrets are included; everyone who gets the zip has them"}
)

var (
	npmConfigs   = []string{".npmrc", ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs", "npmrc"}
	nativeExts   = []string{".node", ".so", ".dylib", ".dll"}
	programExts  = []string{".exe", ".msi", ".com", ".scr", ".bat", ".cmd", ".ps1", ".vbs", ".sh", ".bash", ".appimage", ".deb", ".rpm"}
	archiveExts  = []string{".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".jar", ".zst"}
	secretExts   = []string{".pem", ".key", ".pfx", ".p12", ".jks", ".kdbx"}
	secretNames  = []string{".env", ".netrc", ".pgpass", "id_rsa", "id_ecdsa", "id_ed25519", "credentials.json"}
	historyNames = []string{".git", ".hg", ".svn"}
	junkNames    = []string{"__macosx", ".ds_store", "thumbs.db", "desktop.ini"}
)

// junk tells whether an operating system put the file there and nobody wants it.
func junk(p string) bool {
	for part := range strings.SplitSeq(strings.ToLower(p), "/") {
		if slices.Contains(junkNames, part) || strings.HasPrefix(part, "._") {
			return true
		}
	}
	return false
}

// notes counts what is found, by kind.
type notes struct {
	order []kind
	count map[string]int
	first map[string]string
	extra []Finding
}

func newNotes() *notes { return &notes{count: map[string]int{}, first: map[string]string{}} }

func (n *notes) add(k kind, p string) {
	if n.count[k.code]++; n.count[k.code] == 1 {
		n.order = append(n.order, k)
		n.first[k.code] = p
	}
}

// mode notes permission bits that a careless unpacker would have set (A7). Modes are never used.
func (n *notes) mode(p string, mode uint32) {
	if mode&modeSpecial != 0 || mode&modeType == modeRegular && mode&modeOthers != 0 {
		n.add(modeDropped, p)
	}
}

// path notes what the name alone tells. Below node_modules only what can run is told: packages are full of the rest.
func (n *notes) path(p string) {
	parts := strings.Split(strings.ToLower(p), "/")
	base, ext := parts[len(parts)-1], path.Ext(strings.ToLower(p))
	if slices.Contains(nativeExts, ext) {
		n.add(nativeCode, p)
	}
	if slices.Contains(parts, "node_modules") {
		n.add(modulesBundled, p)
		return
	}
	hidden := !signature.Own(p) && slices.ContainsFunc(parts, func(part string) bool { return part[0] == '.' })
	switch {
	case slices.Contains(npmConfigs, base):
		n.add(npmConfig, p)
	case slices.Contains(secretNames, base), slices.Contains(secretExts, ext):
		n.add(secretIncluded, p)
	case slices.ContainsFunc(parts, func(part string) bool { return slices.Contains(historyNames, part) }):
		n.add(historyIncluded, p)
	case slices.Contains(programExts, ext):
		n.add(programIncluded, p)
	case slices.Contains(archiveExts, ext):
		n.add(archiveIncluded, p)
	case hidden && !signature.Own(p):
		n.add(hiddenFile, p)
	}
}

// findings are all notes, the gravest first.
func (n *notes) findings() []Finding {
	all := slices.Clone(n.extra)
	for _, k := range n.order {
		message := k.one
		if n.count[k.code] > 1 {
			message = fmt.Sprintf(k.many, n.count[k.code])
		}
		all = append(all, Finding{k.severity, k.code, message, n.first[k.code]})
	}
	rank := []Severity{High, Medium, Low, Info}
	slices.SortStableFunc(all, func(a, b Finding) int { return slices.Index(rank, a.Severity) - slices.Index(rank, b.Severity) })
	return all
}
