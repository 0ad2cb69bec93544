package manifest

import (
	"path"
	"slices"
)

func (p *Parameters) validate(r *report, kind string) {
	const at = "parameters."
	if kind == TypeScript {
		p.validateScript(r)
	} else {
		p.dropScript(r)
	}
	p.Views.validate(r, kind)
	p.validateRequires(r)
	p.Limits.validate(r, p.Runtime)
	if p.Readiness.Path != "" {
		r.routePath(at+"readiness.path", p.Readiness.Path)
	}
	r.within(at+"readiness.timeoutSeconds", p.Readiness.TimeoutSeconds, 1, 600)
	r.within(at+"stop.graceSeconds", p.Stop.GraceSeconds, 1, 300)
	if kind == TypeScript {
		p.Restart.Policy = r.oneOf(at+"restart.policy", p.Restart.Policy, RestartOnFailure, RestartNever, RestartAlways)
		p.Upgrade = r.oneOf(at+"upgrade", p.Upgrade, UpgradeReplace, UpgradeOverlap)
		p.SettingsChange = r.oneOf(at+"settingsChange", p.SettingsChange, SettingsRestart, SettingsSignal)
	}
	if p.Settings != nil {
		if problem := checkSchema(p.Settings); problem != "" {
			r.wrong(at+"settings", "%s", problem)
		}
	}
}

func (p *Parameters) validateScript(r *report) {
	const at = "parameters."
	switch {
	case p.ScriptName == "":
		r.wrong(at+"scriptName", "is missing: it names the plugin's process")
	case !scriptNamePattern.MatchString(p.ScriptName):
		r.wrong(at+"scriptName", "may have 64 letters, digits, blanks and . _ -, and starts with none of - and blank")
	}
	p.Runtime = r.oneOf(at+"runtime", p.Runtime, RuntimeNode, RuntimeWASM)
	if p.ScriptPath != "" {
		p.ScriptPath = r.filePath(at+"scriptPath", p.ScriptPath)
	} else if p.Runtime == RuntimeNode {
		r.wrong(at+"scriptPath", `is missing: the program's file inside the zip, for example "app/index.js"`)
	}
	if p.WASMPath != "" {
		p.WASMPath = r.filePath(at+"wasmPath", p.WASMPath)
		if !slices.Contains([]string{".wasm", ".js", ".mjs"}, path.Ext(p.WASMPath)) {
			r.wrong(at+"wasmPath", "is %q and must end in .wasm, .js or .mjs", clip(p.WASMPath))
		}
	} else if p.Runtime == RuntimeWASM {
		r.wrong(at+"wasmPath", `is missing: the module's file inside the zip, for example "app/plugin.wasm"`)
	}
}

// dropScript empties what an html plugin does not use, with a warning where it matters to its author.
func (p *Parameters) dropScript(r *report) {
	for _, f := range []struct {
		name  string
		value *string
	}{
		{"scriptName", &p.ScriptName}, {"scriptPath", &p.ScriptPath}, {"runtime", &p.Runtime}, {"wasmPath", &p.WASMPath},
		{"restart.policy", &p.Restart.Policy}, {"upgrade", &p.Upgrade},
		{"settingsChange", &p.SettingsChange},
	} {
		if *f.value != "" {
			r.warnField("parameters."+f.name, "field_ignored", "parameters.%s is ignored: the plugin's type is html", f.name)
			*f.value = ""
		}
	}
}

func (v *Views) validate(r *report, kind string) {
	if kind == TypeHTML && v.Admin == "" && v.Agent == "" {
		r.wrong("parameters.views", "is missing: an html plugin needs admin or agent, a URL or the path of a file in the zip")
	}
	if v.Admin != "" {
		v.Admin = r.view("parameters.views.admin", v.Admin)
	}
	if v.Agent != "" {
		v.Agent = r.view("parameters.views.agent", v.Agent)
	}
}

func (p *Parameters) validateRequires(r *report) {
	for _, f := range [][2]string{{"appzone", p.Requires.AppZone}, {"node", p.Requires.Node}} {
		if _, err := parseRange(f[1]); f[1] != "" && err != nil {
			r.wrong("parameters.requires."+f[0], `is %q and must be a version range such as ">=18" or "^20.1"`, clip(f[1]))
		}
	}
}
