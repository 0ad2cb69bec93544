package nodebridge

import (
	"bytes"
	"encoding/json"
	"net/url"
	"path"
	"strings"

	"appzone/host/fault"
)

// lockFile is a package-lock.json or npm-shrinkwrap.json.
type lockFile struct {
	fields map[string]any
	// refused are entries that do not come from the registry.
	refused []string
	// scripted are packages that have install scripts.
	scripted []string
	// count is how many packages will be installed.
	count int

	hosts   map[string]bool // whose addresses may stay
	granted bool            // every address may stay
}

// parseLock reads a lock and takes out what an install must not follow: development packages and,
// unless that was granted, addresses of anything but the configured registry. registry may be empty.
func parseLock(text []byte, p *packageJSON, registry string, granted bool) (*lockFile, error) {
	l := &lockFile{granted: granted, hosts: map[string]bool{}}
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	d.UseNumber()
	if err := d.Decode(&l.fields); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "package_json_invalid", "the lock file is not valid: %v", err)
	}
	if l.fields == nil {
		return nil, fault.New(fault.Invalid, "package_json_invalid", "the lock file is not valid: it holds no object")
	}
	if u, err := url.Parse(registry); err == nil && u.Host != "" {
		l.hosts[u.Host] = true
	}
	if packages, ok := l.fields["packages"].(map[string]any); ok {
		delete(l.fields, "dependencies") // a copy for old versions of npm
		l.fields["lockfileVersion"] = 3
		l.cleanPackages(packages, p)
	} else if dependencies, ok := l.fields["dependencies"].(map[string]any); ok {
		l.cleanTree(dependencies)
	}
	l.fields["name"] = projectName
	delete(l.fields, "version")
	return l, nil
}

func (l *lockFile) cleanPackages(packages map[string]any, p *packageJSON) {
	for key, value := range packages {
		entry, ok := value.(map[string]any)
		switch {
		case key == "":
			packages[key] = rootEntry(p)
		case !ok || isTrue(entry["dev"]):
			delete(packages, key)
		default:
			l.count++
			l.cleanEntry(key, entry)
			if !insideModules(key) || isTrue(entry["link"]) {
				l.refused = append(l.refused, key)
			}
		}
	}
}

// rootEntry is what npm compares with package.json.
func rootEntry(p *packageJSON) map[string]any {
	entry := map[string]any{"name": p.Name}
	for name, list := range map[string]map[string]string{"dependencies": p.Dependencies,
		"optionalDependencies": p.OptionalDependencies, "peerDependencies": p.PeerDependencies} {
		if len(list) > 0 {
			entry[name] = list
		}
	}
	return entry
}

// cleanTree is for lockfileVersion 1, where packages are nested.
func (l *lockFile) cleanTree(dependencies map[string]any) {
	for name, value := range dependencies {
		entry, ok := value.(map[string]any)
		if !ok || isTrue(entry["dev"]) {
			delete(dependencies, name)
			continue
		}
		l.count++
		l.cleanEntry(name, entry)
		if v, ok := entry["version"].(string); !validName(name) || (ok && !fromRegistry(v)) {
			l.refused = append(l.refused, name)
		}
		if nested, ok := entry["dependencies"].(map[string]any); ok {
			l.cleanTree(nested)
		}
	}
}

func (l *lockFile) cleanEntry(key string, entry map[string]any) {
	if isTrue(entry["hasInstallScript"]) {
		l.scripted = append(l.scripted, packageOf(key))
	}
	resolved, ok := entry["resolved"].(string)
	if !ok {
		delete(entry, "resolved")
		return
	}
	u, err := url.Parse(resolved)
	switch {
	case err != nil || (u.Scheme != "https" && u.Scheme != "http"):
		l.refused = append(l.refused, key)
	case !l.granted && (!l.hosts[u.Host] || entry["integrity"] == nil):
		delete(entry, "resolved") // npm then asks the registry for the name and version
	}
}

// insideModules tells whether a key names a folder of node_modules, and nothing above it.
func insideModules(key string) bool {
	return strings.HasPrefix(key, "node_modules/") && path.Clean(key) == key && !strings.Contains(key, `\`)
}

func isTrue(v any) bool { return v == true }

func (l *lockFile) encode() ([]byte, error) {
	text, err := json.MarshalIndent(l.fields, "", "  ")
	return append(text, '\n'), err
}

// packageOf is the package's name in a key like "node_modules/a/node_modules/@b/c".
func packageOf(key string) string {
	if at := strings.LastIndex(key, "node_modules/"); at >= 0 {
		return key[at+len("node_modules/"):]
	}
	return key
}

// covers tells whether the lock has every one of the packages.
func (l *lockFile) covers(names []string) bool {
	packages, _ := l.fields["packages"].(map[string]any)
	for _, name := range names {
		if _, ok := packages["node_modules/"+name]; !ok {
			return false
		}
	}
	return true
}
