package nodebridge

// ReadImports is what the reading child does, as "kind value file".
func ReadImports(dir, entry string) []string {
	var list []string
	for _, f := range readImports(dir, entry) {
		list = append(list, f.Kind+" "+f.Value+" "+f.File)
	}
	return list
}
