package manifest_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"appzone/host/fault"
	"appzone/host/manifest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return data
}

// html is a small valid manifest; script is one whose parameters end with more.
const html = `{"name":"Pages","version":"1.0.0","description":"d","type":"html","parameters":{"views":{"admin":"index.html"}}}`

func script(more string) string {
	return `{"name":"Clock","version":"1.0.0","description":"d","type":"script","parameters":{"scriptName":"clock","scriptPath":"index.js"` + more + `}}`
}

func TestDocumentedScriptLoadsWithAWarning_B11(t *testing.T) {
	m, warnings, err := manifest.Parse(file(t, "documented-script.json"))
	require.NoError(t, err)
	require.Len(t, warnings, 1)
	assert.Equal(t, "trailing_comma", warnings[0].Code)
	assert.Equal(t, 15, warnings[0].Line)
	assert.Equal(t, 29, warnings[0].Column)

	assert.Equal(t, "myscriptplugin", m.ID)
	assert.Equal(t, "MyScriptPlugin", m.Name)
	assert.Equal(t, "1.0.0", m.Version)
	assert.Equal(t, "Displays the MyPlugin", m.Description)
	assert.Equal(t, manifest.Author{Name: "AuthorName", Email: "name@name.com", Website: "https://www.name.com"}, m.Author)
	assert.Equal(t, manifest.TypeScript, m.Type)
	assert.Equal(t, manifest.SidebarAlways, m.Sidebar)
	assert.Equal(t, "icon-apps", m.Icon)
	assert.Equal(t, "my-plugin", m.Parameters.ScriptName)
	assert.Equal(t, "app/index.js", m.Parameters.ScriptPath)
	assert.Equal(t, manifest.RuntimeNode, m.Parameters.Runtime)
	assert.True(t, m.Classic())
	assert.True(t, m.Asks().AnyOutbound)
}

func TestDocumentedHTMLFailsWithItsFix_B11(t *testing.T) {
	data := file(t, "documented-html.json")
	m, _, err := manifest.Parse(data)
	require.Error(t, err)
	assert.Nil(t, m)
	assert.Equal(t, "manifest_syntax", fault.CodeOf(err))
	assert.Equal(t, "manifest.json line 17, column 2: the file ends while the { of line 1, column 1 is still open; missing } before end of file",
		err.Error())

	m, warnings, err := manifest.Parse(append(data, '}'))
	require.NoError(t, err)
	assert.Empty(t, warnings)
	assert.Equal(t, "https://www.name.com", m.Parameters.Views.Admin)
	assert.Equal(t, manifest.SidebarAdminOnly, m.Sidebar)
	assert.Empty(t, m.Parameters.Runtime)
	assert.False(t, m.Classic())
}

func TestBrokenTextIsExplained(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":               {"", "line 1, column 1: the file is empty"},
		"blank":               {" \n ", "line 1, column 1: the file is empty"},
		"comment only":        {"// hello", "the file is empty"},
		"two braces missing":  {`{"a":{"b":1`, "missing }} before end of file"},
		"bracket missing":     {`{"a":["b"`, "missing ]} before end of file"},
		"list closed by }":    {`{"a":["b"}`, "found } while a [ is open; missing ]"},
		"missing comma":       {"{\"a\":1\n\"b\":2}", "line 1, column 7: two values stand side by side; missing comma"},
		"comma in list":       {`{"a":[1 2]}`, "missing comma"},
		"missing colon":       {`{"a" 1}`, "line 1, column 5: there is no : after the key; missing :"},
		"equals sign":         {`{"a" = 1}`, "write :"},
		"missing value":       {`{"a":,"b":1}`, "line 1, column 6: there is no value after the key"},
		"missing last value":  {`{"a":}`, "there is no value after the key"},
		"double comma":        {`{"a":1,,"b":1}`, "there is a comma without a value"},
		"leading comma":       {`{,"b":1}`, "there is a comma without a value"},
		"single quotes":       {`{'a':1}`, "line 1, column 2: single quotes are not JSON; use straight double quotes"},
		"curly quotes":        {`{“a”:1}`, "“ is not a JSON quote"},
		"bare key":            {`{name:1}`, `the key name is not in quotes; write "name"`},
		"bare word":           {`{"a":hello}`, `hello is not a JSON value; write text in double quotes, "hello"`},
		"python true":         {`{"a":True}`, "write true"},
		"leading zero":        {`{"a":01}`, "write a plain decimal number"},
		"hexadecimal":         {`{"a":0x1F}`, "write a plain decimal number"},
		"open string":         {"{\"a\":\"b,\n\"c\":1}", "line 1, column 9: the string is not closed on its line; missing closing quote"},
		"open string at end":  {`{"a":"b`, "the string that starts at line 1, column 6 is not closed"},
		"open string, lines":  {"{\"a\":1,\"b\n}\n", "line 1, column 8: the string that starts here is not closed on its line"},
		"tab in string":       {"{\"a\":\"b\tc\"}", `line 1, column 8: there is a tab inside a string; write \t`},
		"windows path":        {`{"a":"C:\xampp"}`, `column 9: a backslash in a string must be written \\`},
		"short unicode":       {`{"a":"\u12"}`, "four hexadecimal digits"},
		"open comment":        {`{"a":1} /* x`, "the comment that starts here is not closed; missing */"},
		"hash comment":        {"{\n# x\n}", "line 2, column 1: # starts no comment here"},
		"trailing data B1":    {html + `{"type":"script"}`, "there is text after the manifest's end"},
		"one brace too many":  {html + `}`, "there is one } too many"},
		"not an object":       {`["name"]`, "the manifest is not an object"},
		"not UTF-8":           {"{\"a\":\"\xff\"}", "line 1, column 7: the text is not UTF-8"},
		"UTF-16":              {"\xff\xfe{\x00}\x00", "the file is UTF-16"},
		"half a surrogate":    {`{"a":"\ud800"}`, "the string holds a broken character"},
		"huge exponent B2":    {`{"a":1e999999999}`, "the number is too long or too large"},
		"tiny exponent B2":    {`{"a":1e-999999999}`, "the number is too long or too large"},
		"long number B2":      {`{"a":` + strings.Repeat("9", 40) + `}`, "the number is too long or too large"},
		"deep B2":             {`{"a":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`, "nested more than 64 deep"},
		"deep and broken B2":  {`{"a":` + strings.Repeat("[", 200_000), "nested more than 64 deep"},
		"many values B2":      {`{"a":[` + strings.Repeat("1,", 100_000) + `1]}`, "too many values"},
		"control byte":        {"{\"a\":\x01}", "unexpected 0x01"},
		"columns are letters": {`{"ä":"öü" "b":1}`, "line 1, column 10: two values"},
	} {
		t.Run(name, func(t *testing.T) {
			m, _, err := manifest.Parse([]byte(c.text))
			require.Error(t, err)
			assert.Nil(t, m)
			assert.Equal(t, fault.Invalid, fault.From(err).Kind)
			assert.Equal(t, "manifest_syntax", fault.CodeOf(err))
			assert.Contains(t, err.Error(), c.want)
		})
	}
}

func TestSizeIsBounded_B2(t *testing.T) {
	_, _, err := manifest.Parse(bytes.Repeat([]byte(" "), manifest.MaxBytes+1))
	assert.Equal(t, "manifest_too_large", fault.CodeOf(err))
	_, _, err = manifest.Parse(append([]byte(html), bytes.Repeat([]byte(" "), manifest.MaxBytes-len(html))...))
	assert.NoError(t, err)
}

func TestLeniencyIsWarnedOf(t *testing.T) {
	text := "\xef\xbb\xbf// top\n" + strings.Replace(html, `"type"`, `/* here */ "type"`, 1)
	text = strings.Replace(text, `"index.html"}`, `"index.html" , }`, 1) + " // end"
	m, warnings, err := manifest.Parse([]byte(text))
	require.NoError(t, err)
	assert.Equal(t, "pages", m.ID)
	var got []string
	for _, w := range warnings {
		got = append(got, w.Code)
		assert.Positive(t, w.Line)
		assert.Positive(t, w.Column)
	}
	assert.ElementsMatch(t, []string{"byte_order_mark", "comment", "comment", "comment", "trailing_comma"}, got)
}

func TestUnknownKeysAreWarnedOf(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"typo at the top":    {strings.Replace(html, `{"name"`, `{"sidebr":"never","name"`, 1), "the key sidebr is unknown and ignored; did you mean sidebar?"},
		"typo inside":        {script(`,"permissions":{"network":{"outbond":["a.example:1"]}}`), "did you mean parameters.permissions.network.outbound?"},
		"wrong level":        {strings.Replace(html, `{"name"`, `{"runtime":"wasm","name"`, 1), "did you mean parameters.runtime?"},
		"wrong level inside": {script(`,"sidebar":"never"`), "did you mean sidebar at the top?"},
		"own word":           {strings.Replace(html, `{"name"`, `{"homepage":{"a":[1]},"name"`, 1), "the key homepage is unknown and ignored"},
		"id":                 {strings.Replace(html, `{"name"`, `{"id":"x","name"`, 1), "the id is made from the name"},
	} {
		t.Run(name, func(t *testing.T) {
			_, warnings, err := manifest.Parse([]byte(c.text))
			require.NoError(t, err)
			require.Len(t, warnings, 1)
			assert.Equal(t, "unknown_key", warnings[0].Code)
			assert.Contains(t, warnings[0].Message, c.want)
		})
	}
	_, warnings, err := manifest.Parse([]byte(strings.Replace(html, `{"name"`, `{"$schema":"x","name"`, 1)))
	require.NoError(t, err)
	assert.Empty(t, warnings, "$schema is for editors")
}

func TestWarningsAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 5000 {
		b.WriteString(`"k`)
		b.WriteString(strings.Repeat("x", i%7))
		b.WriteString(string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676)) + `":1,`)
	}
	_, warnings, err := manifest.Parse([]byte(`{` + b.String() + html[1:]))
	require.NoError(t, err)
	assert.Len(t, warnings, 100)
}
