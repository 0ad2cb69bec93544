package nodebridge

// ReadImports is what the reading child does, as "kind value file".
func ReadImports(dir, entry string) []string {
	var list []string
	for _, f := range readImports(dir, entry) {
		list = append(list, f.Kind+" "+f.Value+" "+f.File)
	}
	return list
}

// Satisfies tells whether a range holds a version; ok is false when the range is not valid.
func Satisfies(text, have string) (holds, ok bool) {
	v, err := parseVersion(have)
	if err != nil {
		return false, false
	}
	r, err := parseRange(text)
	if err != nil {
		return false, false
	}
	return r.contains(v), true
}

// FromRegistry tells whether a dependency's specifier can only mean a package of the registry.
var FromRegistry = fromRegistry

// CleanPackageJSON is what npm gets of a package.json, and what needs a grant.
func CleanPackageJSON(text []byte) (clean []byte, refused []string, err error) {
	p, err := parsePackageJSON(text)
	if err != nil {
		return nil, nil, err
	}
	clean, err = p.encode()
	return clean, p.refused(), err
}

// CleanLock is what npm gets of a lock, and what needs a grant.
func CleanLock(text []byte, registry string) (clean []byte, refused []string, err error) {
	l, err := parseLock(text, &packageJSON{Name: projectName}, registry, false)
	if err != nil {
		return nil, nil, err
	}
	clean, err = l.encode()
	return clean, l.refused, err
}
