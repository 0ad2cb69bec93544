package host

import (
	"context"
	"fmt"
	"hash/fnv"
	"sync"

	"appzone/host/fault"
)

// pagePorts knows which plugin's pages are on which port. The plugins' records have the same.
type pagePorts struct {
	mu     sync.Mutex // guards plugin
	plugin map[int]string
}

func (p *pagePorts) set(port int, plugin string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.plugin == nil {
		p.plugin = map[int]string{}
	}
	for other, id := range p.plugin {
		if id == plugin {
			delete(p.plugin, other)
		}
	}
	p.plugin[port] = plugin
}

// PluginAtPort is the plugin whose pages are on the port, "" for none.
func (h *Host) PluginAtPort(port int) string {
	h.pagePorts.mu.Lock()
	defer h.pagePorts.mu.Unlock()
	return h.pagePorts.plugin[port]
}

// PagePort is the plugin's port of the range from first to last. It is chosen when it is first asked for and kept as long as the plugin, or until
// the range changes; no_page_port when every port of the range is another plugin's.
func (h *Host) PagePort(ctx context.Context, id string, first, last int) (int, error) {
	var p Plugin
	err := h.view(ctx, func(r Reader) (err error) { p, err = pluginOf(r, id); return err })
	if err == nil && (p.PagePort < first || p.PagePort > last) {
		err = h.update(ctx, func(w Writer) (err error) { p, err = givePort(w, id, first, last); return err })
	}
	if err != nil {
		return 0, err
	}
	h.pagePorts.set(p.PagePort, id)
	return p.PagePort, nil
}

// givePort gives the plugin a port of the range that no other plugin has: where it can, the one that its id leads to. So a port that a
// plugin leaves, with what browsers keep of its pages, does not go to the next one that comes.
func givePort(w Writer, id string, first, last int) (Plugin, error) {
	p, err := pluginOf(w, id)
	if err != nil {
		return p, err
	}
	taken := map[int]bool{}
	err = tablePlugins.each(w, "", "", func(other string, o Plugin) (bool, error) {
		taken[o.PagePort] = taken[o.PagePort] || other != id
		return true, nil
	})
	if err != nil {
		return p, err
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(id))
	count := last - first + 1
	for n := range count {
		if port := first + (int(sum.Sum32()%uint32(count))+n)%count; !taken[port] {
			p.PagePort = port
			return p, tablePlugins.put(w, id, p)
		}
	}
	return p, fault.New(fault.Unavailable, "no_page_port", "every port from %d to %d is another plugin's: make the range of XC_APPS_PORTS larger, or remove a plugin", first, last)
}

// loadPagePorts reads which ports plugins have.
func (h *Host) loadPagePorts(ctx context.Context) error {
	err := h.view(ctx, func(r Reader) error {
		return tablePlugins.each(r, "", "", func(id string, p Plugin) (bool, error) {
			if p.PagePort != 0 {
				h.pagePorts.set(p.PagePort, id)
			}
			return true, nil
		})
	})
	if err != nil {
		return fmt.Errorf("read the ports of pages: %w", err)
	}
	return nil
}
