//go:build linux

package process

// UnifiedHome makes a host's home below a group of version 2, for this controller, and tells its folder.
func UnifiedHome(parent, controller string) (string, error) {
	h := &home{folders: map[string]string{}, versions: map[string]int{}, problems: map[string]string{}}
	err := h.openUnified(parent, []string{controller})
	if err == nil && h.folders[controller] != "" {
		g := group{folders: map[string]string{}}
		err = g.join(h.folders[controller]+"/one", nil)
		g.remove()
	}
	return h.folders[controller], err
}
