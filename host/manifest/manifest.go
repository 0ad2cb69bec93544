package manifest

import (
	"encoding/json"
)

// The two types of plugin.
const (
	TypeHTML   = "html"
	TypeScript = "script"
)

// The runtimes of a script plugin.
const (
	RuntimeNode = "node"
	RuntimeWASM = "wasm"
)

// Where a plugin shows: on both sidebars, one of them, or none.
const (
	SidebarAlways    = "always"
	SidebarAdminOnly = "adminOnly"
	SidebarAgentOnly = "agentOnly"
	SidebarNever     = "never"
)

// Manifest is a validated manifest.json with its defaults filled in.
type Manifest struct {
	// ID is the slug of Name; it is not in the file.
	ID string `json:"id" manifest:"derived"`
	// Name is what people call the plugin. Required.
	Name string `json:"name"`
	// Version is a semantic version, or what people use as one. Required.
	Version string `json:"version"`
	// Description says what the plugin does. Required.
	Description string `json:"description"`
	Author      Author `json:"author"`
	// Type is html or script. Required.
	Type string `json:"type"`
	// Sidebar is where the plugin shows; default always.
	Sidebar string `json:"sidebar"`
	// Icon is an icon-* name; default icon-apps.
	Icon       string     `json:"icon"`
	Parameters Parameters `json:"parameters"`
}

// Author is who made the plugin. All optional.
type Author struct {
	Name    string `json:"name,omitempty"`
	Email   string `json:"email,omitempty"`
	Website string `json:"website,omitempty"`
}

// Parameters is what the plugin needs to work.
type Parameters struct {
	// ScriptName names the process (what ps shows). Required for script.
	ScriptName string `json:"scriptName,omitempty"`
	// ScriptPath is the Node.js entry file inside the zip. Required for script, except for WASM with WASMPath.
	ScriptPath string `json:"scriptPath,omitempty"`
	// Views are the pages. Required for html, allowed for script.
	Views Views `json:"views,omitzero"`

	// Runtime is node (default) or wasm; empty for html.
	Runtime string `json:"runtime,omitempty"`
	// WASMPath is a core WASM module (WASI preview 1) or a .js/.mjs file for the embedded QuickJS.
	WASMPath string   `json:"wasmPath,omitempty"`
	Requires Requires `json:"requires,omitzero"`
	// Permissions is nil when the manifest has none at all (a classic plugin).
	Permissions *Permissions `json:"permissions,omitempty"`
	Limits      Limits       `json:"limits,omitzero"`
	Readiness   Readiness    `json:"readiness,omitzero"`
	Restart     Restart      `json:"restart,omitzero"`
	Stop        Stop         `json:"stop,omitzero"`
	// Upgrade is replace (default) or overlap.
	Upgrade string `json:"upgrade,omitempty"`
	// SettingsChange is what happens to a plugin that runs when its settings are changed: restart (default), or signal, by which
	// it gets SIGHUP and finds the new ones in its settings file.
	SettingsChange string `json:"settingsChange,omitempty"`
	// Settings is a JSON Schema (2020-12) of the plugin's settings, or nil.
	Settings json.RawMessage `json:"settings,omitempty"`
}

// Views are pages: each an absolute http(s) URL or a path inside the zip.
type Views struct {
	Admin string `json:"admin,omitempty"`
	Agent string `json:"agent,omitempty"`
}

// Requires holds version ranges of what the plugin runs on.
type Requires struct {
	AppZone string `json:"appzone,omitempty"`
	Node    string `json:"node,omitempty"`
}

// Permissions is what the plugin asks for.
type Permissions struct {
	Network Network `json:"network,omitzero"`
	// Plugins are ids of other plugins that it calls.
	Plugins []string `json:"plugins,omitempty"`
	// Public are routes that anyone may call under /hooks/{id}.
	Public []PublicRoute `json:"public,omitempty"`
	// Browser are browser features of its pages: microphone, camera, clipboard-write, popups, downloads.
	Browser []string `json:"browser,omitempty"`
	// Desktop are the desktop events that its pages get: screenPop, call.ringing, call.*, chat.* ... At most 32.
	Desktop []string `json:"desktop,omitempty"`
	// InstallScripts lets dependency install scripts, git and file dependencies run.
	InstallScripts bool `json:"installScripts,omitempty"`
}

// Network is what a plugin may reach and where it may listen.
type Network struct {
	// Outbound are "host:port", "*.host:port", "address:port" or "cidr:port"; see [ParseOutbound].
	// At most 64.
	Outbound []string `json:"outbound,omitempty"`
	// Listen are TCP ports that the host opens in front of the plugin.
	Listen []int `json:"listen,omitempty"`
}

// PublicRoute is one route that anyone may call. The path matches exactly, as a whole.
type PublicRoute struct {
	Path    string   `json:"path"`
	Methods []string `json:"methods"`
}

// Limits bound what a running plugin uses. Zero means the default.
type Limits struct {
	// MemoryMB is linear memory for WASM (default 128), the process tree's for Node (default 512).
	MemoryMB int `json:"memoryMB,omitempty"`
	// CPUPercent is a share of one core; default 100.
	CPUPercent int `json:"cpuPercent,omitempty"`
	// PIDs bounds processes and threads; default 64.
	PIDs int `json:"pids,omitempty"`
	// OpenFiles bounds descriptors; default 256.
	OpenFiles int `json:"openFiles,omitempty"`
	// DataMB bounds the private data folder; default 256.
	DataMB int `json:"dataMB,omitempty"`
	// LogKBps bounds log output in kB a second; default 256.
	LogKBps int `json:"logKBps,omitempty"`
}

// Readiness says how the host finds out that the plugin is ready.
type Readiness struct {
	// Path must answer 2xx or 3xx; empty: any HTTP answer to HEAD / will do.
	Path string `json:"path,omitempty"`
	// TimeoutSeconds is how long a start may take; default 15.
	TimeoutSeconds int `json:"timeoutSeconds,omitempty"`
}

// Restart says what happens when the plugin's process ends by itself.
type Restart struct {
	// Policy is never, on-failure (default) or always.
	Policy string `json:"policy,omitempty"`
}

// Stop says how the plugin is stopped.
type Stop struct {
	// GraceSeconds is how long requests in flight and the process may take; default 10.
	GraceSeconds int `json:"graceSeconds,omitempty"`
}
