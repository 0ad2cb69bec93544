package manifest_test

import (
	"strings"
	"testing"
	"time"

	"appzone/host/fault"
	"appzone/host/manifest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWrongFieldsAreNamed(t *testing.T) {
	set := func(key, value string) string {
		return strings.Replace(html, `{"name":`, `{"`+key+`":`+value+`,"x":`, 1)
	}
	top := func(old, now string) string { return strings.Replace(html, old, now, 1) }
	permissions := func(p string) string { return script(`,"permissions":{` + p + `}`) }
	outbound := func(o string) string { return permissions(`"network":{"outbound":["` + o + `"]}`) }
	entry := func(p string) string { return strings.Replace(script(""), `"index.js"`, `"`+p+`"`, 1) }
	view := func(v string) string { return top("index.html", v) }
	const params = "parameters."
	const out = "parameters.permissions.network.outbound[0]"
	for name, c := range map[string]struct{ text, field, want string }{
		"B1 same key twice":             {top(`"type":"html"`, `"type":"html","type":"script"`), "type", "given twice"},
		"B1 key twice by escape":        {top(`"type":"html"`, `"type":"html","t\u0079pe":"script"`), "type", "given twice"},
		"B1 key in other case":          {top(`"type"`, `"Type"`), "Type", `write "type"`},
		"B1 both cases":                 {top(`"type":"html"`, `"type":"html","Type":"script"`), "Type", "differs only by case"},
		"B1 kelvin sign":                {script(`,"limits":{"logKBps":1,"log` + "\u212a" + `Bps":2}`), params + "limits.log\u212aBps", "differs only by case"},
		"B1 in unknown object":          {top(`"type"`, `"x":{"a":1,"A":2},"type"`), "x.A", "differs only by case"},
		"B1 in a list of unknown":       {top(`"type"`, `"x":[{"a":1,"a":2}],"type"`), "x[0].a", "given twice"},
		"B1 in settings":                {script(`,"settings":{"type":"object","type":"object"}`), params + "settings.type", "given twice"},
		"B5 proto":                      {top(`"type"`, `"__proto__":{},"type"`), "__proto__", "not allowed"},
		"B5 proto by escape":            {top(`"type"`, `"\u005f_proto__":{},"type"`), "__proto__", "not allowed"},
		"B5 constructor":                {script(`,"limits":{"constructor":{}}`), params + "limits.constructor", "not allowed"},
		"B5 in unknown object":          {top(`"type"`, `"x":{"y":{"prototype":1}},"type"`), "x.y.prototype", "not allowed"},
		"B5 proto in settings":          {script(`,"settings":{"type":"object","properties":{"__proto__":{}}}`), params + "settings.properties.__proto__", "not allowed"},
		"type of name":                  {top(`"Pages"`, `7`), "name", "must be a string, not 7"},
		"null":                          {top(`"Pages"`, `null`), "name", "not null"},
		"author as text":                {set("author", `"me"`), "author", "must be an object, not a string"},
		"fraction":                      {script(`,"limits":{"pids":20.5}`), params + "limits.pids", "must be a whole number"},
		"huge integer B2":               {script(`,"limits":{"pids":99999999999}`), params + "limits.pids", "must be a whole number"},
		"list as object":                {permissions(`"plugins":{}`), params + "permissions.plugins", "must be a list"},
		"bool as text":                  {permissions(`"installScripts":"no"`), params + "permissions.installScripts", "true or false"},
		"no name":                       {set("y", "1"), "name", "is missing"},
		"blank name":                    {top("Pages", "  "), "name", "is missing"},
		"long name":                     {top("Pages", strings.Repeat("é", 101)), "name", "has 101 characters and may have 100"},
		"B10 newline in name":           {top("Pages", `a\nb`), "name", "U+000A"},
		"B10 ANSI in name":              {top("Pages", `a\u001b[31mb`), "name", "U+001B"},
		"B10 bidi in name":              {top("Pages", `a\u202eb`), "name", "U+202E"},
		"B10 invisible in name":         {top("Pages", `a\u200bb`), "name", "U+200B"},
		"B10 filler in name":            {top("Pages", `a\u3164b`), "name", "U+3164"},
		"B10 tag in description":        {top(`"d"`, `"a\udb40\udc41b"`), "description", "U+E0041"},
		"B4 reserved name":              {top("Pages", "API"), "name", "reserved"},
		"B4 name of dots":               {top("Pages", ".."), "name", "no id can be made"},
		"name without letters":          {top("Pages", "日本語"), "name", "no id can be made"},
		"no version":                    {top("1.0.0", ""), "version", "is missing"},
		"version of dots":               {top("1.0.0", ".."), "version", "starts with a letter or a digit"},
		"version with slash":            {top("1.0.0", "1/2"), "version", "letters, digits"},
		"no description":                {top(`"d"`, `""`), "description", "is missing"},
		"no type":                       {top(`"type":"html",`, ""), "type", "is missing"},
		"unknown type":                  {top(`"type":"html"`, `"type":"htlm"`), "type", "did you mean html?"},
		"unknown sidebar":               {set("sidebar", `"adminonly"`), "sidebar", "did you mean adminOnly?"},
		"B10 website":                   {set("author", `{"website":"javascript:alert(1)"}`), "author.website", "not http or https"},
		"website without scheme":        {set("author", `{"website":"www.name.com"}`), "author.website", "has no http"},
		"email":                         {set("author", `{"email":"Ada <ada@example.com>"}`), "author.email", "is not an e-mail address"},
		"html without views":            {top(`"views":{"admin":"index.html"}`, ""), params + "views", "needs admin or agent"},
		"no parameters":                 {top(`,"parameters":{"views":{"admin":"index.html"}}`, ""), params + "views", "is missing"},
		"B7 javascript":                 {view("javascript:alert(1)"), params + "views.admin", "not http or https"},
		"B7 javascript with tab":        {view(`java\tscript:alert(1)`), params + "views.admin", "invisible"},
		"B7 data":                       {view("data:text/html,x"), params + "views.admin", "not http or https"},
		"B7 scheme-relative":            {view("//evil.example/x"), params + "views.admin", "not http or https"},
		"B7 backslashes":                {view(`https:\\\\evil.example`), params + "views.admin", "backslash"},
		"B7 no host":                    {view("http:///x"), params + "views.admin", "names no host"},
		"B7 opaque":                     {view("http:evil.example"), params + "views.admin", "names no host"},
		"B7 credentials":                {view("https://a:b@example.com/"), params + "views.admin", "user name"},
		"B7 another plugin":             {view("/apps/other/"), params + "views.admin", "starts with /"},
		"B7 another plugin by dots":     {view("../other/index.html"), params + "views.admin", "leads out"},
		"B7 encoded dots":               {view("%2e%2e/other"), params + "views.admin", "holds one of"},
		"page of a folder":              {view("pages/"), params + "views.admin", "names a folder"},
		"no script name":                {strings.Replace(script(""), `"clock"`, `""`, 1), params + "scriptName", "is missing"},
		"B4 script name is a flag":      {strings.Replace(script(""), `"clock"`, `"-e"`, 1), params + "scriptName", "starts with none"},
		"script name with slash":        {strings.Replace(script(""), `"clock"`, `"a/b"`, 1), params + "scriptName", "letters"},
		"no script path":                {entry(""), params + "scriptPath", "is missing"},
		"B3 escapes":                    {entry("app/../../x.js"), params + "scriptPath", "leads out"},
		"B3 absolute":                   {entry("/etc/passwd"), params + "scriptPath", "starts with /"},
		"B3 backslash":                  {entry(`app\\x.js`), params + "scriptPath", "backslash"},
		"B3 drive":                      {entry("C:x.js"), params + "scriptPath", "colon"},
		"B3 flag":                       {entry("--require"), params + "scriptPath", "flag"},
		"B3 flag after dot":             {entry("./-e"), params + "scriptPath", "flag"},
		"B3 flag inside":                {entry("app/-r.js"), params + "scriptPath", "flag"},
		"B3 NUL":                        {entry(`a\u0000.js`), params + "scriptPath", "control"},
		"B3 double slash":               {entry("app//x.js"), params + "scriptPath", "write app/x.js"},
		"B3 long":                       {entry(strings.Repeat("a", 600)), params + "scriptPath", "512"},
		"unknown runtime":               {script(`,"runtime":"wasi"`), params + "runtime", "did you mean wasm?"},
		"wasm without path":             {script(`,"runtime":"wasm"`), params + "wasmPath", "is missing"},
		"wasm path of other kind":       {script(`,"runtime":"wasm","wasmPath":"a.py"`), params + "wasmPath", "must end in"},
		"range":                         {script(`,"requires":{"node":"latest"}`), params + "requires.node", "version range"},
		"outbound without port":         {outbound("api.example.com"), out, "names no port"},
		"outbound port 0":               {outbound("api.example.com:0"), out, "port"},
		"outbound URL":                  {outbound("https://api.example.com:443"), out, "host:port"},
		"outbound every host":           {outbound("*:443"), out, "0.0.0.0/0"},
		"outbound top-level domain":     {outbound("*.com:443"), out, "top-level"},
		"outbound inner star":           {outbound("a.*.com:443"), out, "DNS name"},
		"E3 outbound decimal address":   {outbound("2130706433:80"), out, "plain IP address"},
		"E3 outbound octal address":     {outbound("0177.0.0.1:80"), out, "plain IP address"},
		"E3 outbound hex address":       {outbound("0x7f000001:80"), out, "plain IP address"},
		"E3 outbound mapped address":    {outbound("[::ffff:127.0.0.1]:80"), out, "plain IP address"},
		"E3 outbound trailing dot":      {outbound("example.com.:80"), out, "plain IP address"},
		"outbound range with host bits": {outbound("10.0.0.1/8:80"), out, "write 10.0.0.0/8"},
		"outbound other plugin":         {outbound("inbox.appzone.internal:80"), out, "permissions.plugins"},
		"listen":                        {permissions(`"network":{"listen":[70000]}`), params + "permissions.network.listen[0]", "1 to 65535"},
		"listen twice":                  {permissions(`"network":{"listen":[80,80]}`), params + "permissions.network.listen[1]", "named twice"},
		"plugins":                       {permissions(`"plugins":["../x"]`), params + "permissions.plugins[0]", "plugin's id"},
		"plugins itself":                {permissions(`"plugins":["clock"]`), params + "permissions.plugins[0]", "itself"},
		"public path":                   {permissions(`"public":[{"path":"webhook","methods":["POST"]}]`), params + "permissions.public[0].path", "start with one /"},
		"public path with dots":         {permissions(`"public":[{"path":"/a/../b","methods":["POST"]}]`), params + "permissions.public[0].path", "must not hold"},
		"public without methods":        {permissions(`"public":[{"path":"/a"}]`), params + "permissions.public[0].methods", "is missing"},
		"public method":                 {permissions(`"public":[{"path":"/a","methods":["post"]}]`), params + "permissions.public[0].methods[0]", "must be one of"},
		"browser":                       {permissions(`"browser":["geolocation"]`), params + "permissions.browser[0]", "must be one of microphone"},
		"desktop":                       {permissions(`"desktop":["mail.*"]`), params + "permissions.desktop[0]", "must be screenPop"},
		"desktop everything":            {permissions(`"desktop":["screenPop","*"]`), params + "permissions.desktop[1]", "must be screenPop"},
		"desktop twice":                 {permissions(`"desktop":["call.*","call.*"]`), params + "permissions.desktop[1]", "is named twice"},
		"memory for node":               {script(`,"limits":{"memoryMB":8}`), params + "limits.memoryMB", "64 to 65536"},
		"memory for wasm":               {script(`,"runtime":"wasm","wasmPath":"a.wasm","limits":{"memoryMB":8192}`), params + "limits.memoryMB", "1 to 4096"},
		"negative":                      {script(`,"limits":{"cpuPercent":-1}`), params + "limits.cpuPercent", "1 to 6400"},
		"readiness path":                {script(`,"readiness":{"path":"//x"}`), params + "readiness.path", "start with one /"},
		"readiness timeout":             {script(`,"readiness":{"timeoutSeconds":9999}`), params + "readiness.timeoutSeconds", "1 to 600"},
		"restart":                       {script(`,"restart":{"policy":"onfailure"}`), params + "restart.policy", "did you mean on-failure?"},
		"grace":                         {script(`,"stop":{"graceSeconds":301}`), params + "stop.graceSeconds", "1 to 300"},
		"settings change":               {script(`,"settingsChange":"reload"`), params + "settingsChange", "must be one of"},
		"upgrade":                       {script(`,"upgrade":"rolling"`), params + "upgrade", "must be one of"},
	} {
		t.Run(name, func(t *testing.T) {
			m, _, err := manifest.Parse([]byte(c.text))
			require.Error(t, err)
			assert.Nil(t, m)
			e := fault.From(err)
			assert.Equal(t, fault.Invalid, e.Kind)
			assert.Equal(t, "manifest_invalid", e.Code)
			var messages []string
			for _, f := range e.Fields {
				if f.Field == c.field {
					messages = append(messages, f.Message)
				}
			}
			require.Len(t, messages, 1, "fields: %v", e.Fields)
			assert.Contains(t, messages[0], c.want)
		})
	}
}

func TestAllWrongFieldsAreReportedAtOnce(t *testing.T) {
	_, _, err := manifest.Parse([]byte("{\n \"name\": 7,\n \"type\": \"script\",\n \"sidebar\": \"x\",\n \"parameters\": {\"scriptPath\": \"../x\", \"limits\": {\"pids\": \"many\"}}\n}"))
	var fields []string
	for _, f := range fault.From(err).Fields {
		fields = append(fields, f.Field)
	}
	assert.ElementsMatch(t, []string{"name", "version", "description", "sidebar", "parameters.scriptName", "parameters.scriptPath",
		"parameters.limits.pids"}, fields)
	assert.Contains(t, err.Error(), "sidebar: is \"x\" and must be one of always, adminOnly, agentOnly, never (line 4, column 13)")
}

func TestDefaultsAreFilledIn(t *testing.T) {
	m, warnings, err := manifest.Parse([]byte(script("")))
	require.NoError(t, err)
	assert.Empty(t, warnings)
	assert.Equal(t, "always", m.Sidebar)
	assert.Equal(t, "icon-apps", m.Icon)
	assert.Equal(t, "node", m.Parameters.Runtime)
	assert.Equal(t, "on-failure", m.Parameters.Restart.Policy)
	assert.Equal(t, "replace", m.Parameters.Upgrade)
	assert.Equal(t, manifest.Limits{MemoryMB: 512, CPUPercent: 100, PIDs: 64, OpenFiles: 256, DataMB: 256, LogKBps: 256}, m.EffectiveLimits())
	assert.Equal(t, 15*time.Second, m.ReadinessTimeout())
	assert.Equal(t, 10*time.Second, m.Grace())

	m, _, err = manifest.Parse([]byte(script(`,"runtime":"wasm","wasmPath":"a.wasm","limits":{"pids":20},"stop":{"graceSeconds":3}`)))
	require.NoError(t, err)
	assert.Equal(t, manifest.Limits{MemoryMB: 128, CPUPercent: 100, PIDs: 20, OpenFiles: 256, DataMB: 256, LogKBps: 256}, m.EffectiveLimits())
	assert.Equal(t, 3*time.Second, m.Grace())
}

func TestOnlyClassicPluginsAskForTheWholeNetwork(t *testing.T) {
	for name, c := range map[string]struct {
		text         string
		classic, any bool
	}{
		"node without permissions":    {script(""), true, true},
		"node with empty permissions": {script(`,"permissions":{}`), false, false},
		"wasm without permissions":    {script(`,"runtime":"wasm","wasmPath":"a.wasm"`), false, false},
		"html":                        {html, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			m, _, err := manifest.Parse([]byte(c.text))
			require.NoError(t, err)
			assert.Equal(t, c.classic, m.Classic())
			assert.Equal(t, c.any, m.Asks().AnyOutbound)
		})
	}
}

func TestAcceptedWithAWarning(t *testing.T) {
	for name, c := range map[string]struct{ text, code string }{
		"version of another kind": {strings.Replace(html, "1.0.0", "2024.01_rc", 1), "version_not_semantic"},
		"icon of another kind":    {strings.Replace(html, `{"name"`, `{"icon":"fa fa-phone\" onload=","name"`, 1), "icon_unknown"},
		"script field in html":    {strings.Replace(html, `"views"`, `"scriptPath":"a.js","views"`, 1), "field_ignored"},
	} {
		t.Run(name, func(t *testing.T) {
			m, warnings, err := manifest.Parse([]byte(c.text))
			require.NoError(t, err)
			require.Len(t, warnings, 1)
			assert.Equal(t, c.code, warnings[0].Code)
			assert.Equal(t, 1, warnings[0].Line)
			assert.Greater(t, warnings[0].Column, 1)
			assert.Equal(t, "icon-apps", m.Icon)
			assert.Empty(t, m.Parameters.ScriptPath)
		})
	}
}

func TestTextsAndPathsAreCleaned(t *testing.T) {
	text := strings.Replace(script(`,"views":{"admin":"././pages/x.html"}`), `"index.js"`, `"./app/index.js"`, 1)
	text = strings.Replace(text, `"d"`, `" two\n lines\t"`, 1)
	text = strings.Replace(text, `"Clock"`, `" Cafe\u0301 "`, 1)
	m, _, err := manifest.Parse([]byte(text))
	require.NoError(t, err)
	assert.Equal(t, "app/index.js", m.Parameters.ScriptPath)
	assert.Equal(t, "pages/x.html", m.Parameters.Views.Admin)
	assert.Equal(t, "two lines", m.Description)
	assert.Equal(t, "Caf\u00e9", m.Name)
	assert.Equal(t, "cafe", m.ID)
}

func TestAnEditedManifestIsValidatedAgain(t *testing.T) {
	m, _, err := manifest.Parse([]byte(script("")))
	require.NoError(t, err)
	m.Sidebar, m.Parameters.Limits.MemoryMB = "nowhere", -1
	_, err = m.Validate()
	require.Error(t, err)
	assert.Len(t, fault.From(err).Fields, 2)
}
