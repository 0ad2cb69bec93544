package manifest

// Request is what a plugin effectively asks for.
type Request struct {
	Permissions
	// AnyOutbound asks for unrestricted outbound network.
	AnyOutbound bool `json:"anyOutbound,omitempty"`
}

// Classic reports whether the plugin was written before permissions were: a Node script whose manifest has none.
// It gets what such scripts always had, unrestricted outbound network.
func (m *Manifest) Classic() bool {
	return m.Type == TypeScript && m.Parameters.Runtime == RuntimeNode && m.Parameters.Permissions == nil
}

// Asks is what the plugin effectively asks for. Only a classic plugin asks for anything that is not written down.
func (m *Manifest) Asks() Request {
	if p := m.Parameters.Permissions; p != nil {
		return Request{Permissions: *p}
	}
	return Request{AnyOutbound: m.Classic()}
}

// UsesNode reports whether the plugin is a script that runs on Node.js.
func (m *Manifest) UsesNode() bool {
	return m.Type == TypeScript && m.Parameters.Runtime == RuntimeNode
}

// AsksForNetwork reports whether the plugin asks to reach any address or other plugin.
func (m *Manifest) AsksForNetwork() bool {
	r := m.Asks()
	return r.AnyOutbound || len(r.Network.Outbound) > 0 || len(r.Plugins) > 0
}
