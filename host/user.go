package host

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"appzone/host/process"
)

// userOf is the user id that the plugin's processes take on, 0 for the host's own where the machine has no others to give.
// It follows from the plugin's number, which is chosen when it is first needed and kept as long as the plugin.
func (h *Host) userOf(ctx context.Context, p Plugin) (int, error) {
	if !process.Machine().OwnUsers {
		return 0, nil
	}
	if p.UserNumber == 0 {
		if err := h.update(ctx, func(w Writer) (err error) { p, err = giveNumber(w, h.dirs.root, p.ID); return err }); err != nil {
			return 0, fmt.Errorf("choose a user id: %w", err)
		}
	}
	return process.PluginUser(p.UserNumber), nil
}

// giveNumber gives a plugin of the data folder root a number that no other has: where it can, the one that root and id lead to.
func giveNumber(w Writer, root, id string) (Plugin, error) {
	p, err := pluginOf(w, id)
	if err != nil || p.UserNumber != 0 {
		return p, err
	}
	taken := map[int]bool{}
	err = tablePlugins.each(w, "", "", func(_ string, other Plugin) (bool, error) {
		taken[other.UserNumber] = true
		return true, nil
	})
	if err != nil {
		return p, err
	}
	n := firstNumber(root, id)
	for taken[n] {
		n = n%process.MaxPluginNumber + 1
	}
	p.UserNumber = n
	return p, tablePlugins.put(w, id, p)
}

// firstNumber spreads plugins over the numbers: those of another host on this machine, which knows nothing of this
// one's, should have others.
func firstNumber(root, id string) int {
	sum := sha256.Sum256([]byte(root + "\x00" + id))
	return 1 + int(binary.BigEndian.Uint32(sum[:])%process.MaxPluginNumber)
}
