package api_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// form makes a multipart body of fields with content, in order.
func form(t *testing.T, fields ...[2]string) (body []byte, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range fields {
		part, err := w.CreateFormFile(f[0], "plugin.zip")
		require.NoError(t, err)
		_, err = io.WriteString(part, f[1])
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes(), w.FormDataContentType()
}

// chunked hides the length of a body.
func chunked(b []byte) io.Reader { return bufio.NewReader(bytes.NewReader(b)) }

func TestAZipArrivesInEveryWay(t *testing.T) {
	r := newRig(t)
	for n, way := range []string{"application/zip", "application/octet-stream", "application/x-zip-compressed", "chunked", "form", "chunked form"} {
		zip := htmlZip(t, fmt.Sprintf("Way %d", n), "1.0.0")
		c := call{method: "POST", path: "/api/v1/plugins", body: bytes.NewReader(zip), header: map[string]string{"Content-Type": way}}
		if strings.Contains(way, "form") {
			body, kind := form(t, [2]string{"file", string(zip)})
			c.body, c.header = bytes.NewReader(body), map[string]string{"Content-Type": kind}
			zip = body
		}
		if strings.Contains(way, "chunked") {
			c.body = chunked(zip)
			if way == "chunked" {
				c.header["Content-Type"] = "application/zip"
			}
		}
		a := r.do(c)
		require.Equal(t, 201, a.StatusCode, "%s: %s", way, a.text)
		id := fmt.Sprintf("way-%d", n)
		assert.Equal(t, "/api/v1/plugins/"+id, a.Header.Get("Location"), way)
		var p struct {
			ID, Stage, State string
			Active           bool
			Candidate        struct {
				Version      string
				NeedsConsent bool
			}
		}
		a.into(t, &p)
		assert.Equal(t, id, p.ID)
		assert.Equal(t, "uploaded", p.Stage)
		assert.False(t, p.Active)
		assert.Equal(t, "1.0.0", p.Candidate.Version)
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	r := newRig(t)
	zip := htmlZip(t, "Good", "1.0.0")
	big := bytes.Repeat([]byte("x"), maxUpload+1)
	whole, kind := form(t, [2]string{"file", string(zip)})
	other, otherKind := form(t, [2]string{"zip", string(zip)})
	two, twoKind := form(t, [2]string{"file", string(zip)}, [2]string{"file", string(zip)})
	bigForm, bigKind := form(t, [2]string{"file", string(big)})
	for name, c := range map[string]struct {
		body   io.Reader
		kind   string
		status int
		code   string
	}{
		"A11: too large by its length":   {bytes.NewReader(big), "application/zip", 413, "upload_too_large"},
		"A11: too large without length":  {chunked(big), "application/zip", 413, "upload_too_large"},
		"A11: too large in a form":       {bytes.NewReader(bigForm), bigKind, 413, "upload_too_large"},
		"A11: too large, chunked form":   {chunked(bigForm), bigKind, 413, "upload_too_large"},
		"another type":                   {bytes.NewReader(zip), "application/json", 415, "unsupported_media_type"},
		"no type":                        {bytes.NewReader(zip), "", 415, "unsupported_media_type"},
		"no body":                        {nil, "application/zip", 400, "body_empty"},
		"an empty chunked body":          {chunked(nil), "application/zip", 400, "body_empty"},
		"no zip":                         {strings.NewReader("hello"), "application/zip", 422, ""},
		"a form that was cut":            {bytes.NewReader(whole[:len(whole)-20]), kind, 400, "form_malformed"},
		"a form that was cut in the zip": {bytes.NewReader(whole[:300]), kind, 400, "form_malformed"},
		"a form without boundary":        {bytes.NewReader(whole), "multipart/form-data", 400, "form_malformed"},
		"a form with another field":      {bytes.NewReader(other), otherKind, 400, "form_malformed"},
		"a form with two files":          {bytes.NewReader(two), twoKind, 400, "form_malformed"},
	} {
		a := r.do(call{method: "POST", path: "/api/v1/plugins", body: c.body, header: map[string]string{"Content-Type": c.kind}})
		assert.Equal(t, c.status, a.StatusCode, "%s: %s", name, a.text)
		if c.code != "" {
			assert.Equal(t, c.code, a.code(), name)
		}
	}
	r.expect(call{method: "GET", path: "/api/v1/plugins/good"}, 404)
}

func TestTheSameZipAgainChangesNothing(t *testing.T) {
	r := newRig(t)
	zip := htmlZip(t, "Twice", "1.0.0")
	first := r.upload(zip)
	require.Equal(t, 201, first.StatusCode)
	second := r.upload(zip)
	require.Equal(t, 200, second.StatusCode)
	assert.Equal(t, first.Header.Get("ETag"), second.Header.Get("ETag"))
	taken := r.upload(htmlZip(t, "Twice!", "1.0.0"))
	assert.Equal(t, 409, taken.StatusCode)
	assert.Equal(t, "id_taken", taken.code())
}

func TestADryRunKeepsNothing(t *testing.T) {
	r := newRig(t)
	a := r.upload(scriptZip(t, "Dry", "1.0.0", "app.js", ""), "?dryRun=true")
	require.Equal(t, 200, a.StatusCode, string(a.text))
	var plan struct {
		Plugin       string
		NeedsConsent bool
		Dependencies []string
		ETag         string
	}
	a.into(t, &plan)
	assert.Equal(t, "dry", plan.Plugin)
	assert.True(t, plan.NeedsConsent, "a classic plugin asks for the network")
	assert.Equal(t, []string{"express"}, plan.Dependencies)
	assert.Equal(t, plan.ETag, a.Header.Get("ETag"))
	r.expect(call{method: "GET", path: "/api/v1/plugins/dry"}, 404, "plugin_not_found")
}

// B9: one version has one content.
func TestPutVersion(t *testing.T) {
	r := newRig(t)
	put := func(path string, zip []byte) answer {
		return r.do(call{method: "PUT", path: "/api/v1/plugins/" + path, body: bytes.NewReader(zip), header: map[string]string{"Content-Type": "application/zip"}})
	}
	zip := htmlZip(t, "Fixed", "1.0.0")
	assert.Equal(t, 201, put("fixed/versions/1.0.0", zip).StatusCode)
	assert.Equal(t, 200, put("fixed/versions/1.0.0", zip).StatusCode)
	changed := put("fixed/versions/1.0.0", zipOf(t, map[string]string{
		"manifest.json": `{"name":"Fixed","version":"1.0.0","description":"other","type":"html","parameters":{"views":{"admin":"a.html"}}}`, "a.html": "x"}))
	assert.Equal(t, 409, changed.StatusCode)
	assert.Equal(t, "version_exists", changed.code())
	assert.Equal(t, "version_mismatch", put("fixed/versions/2.0.0", zip).code())
	assert.Equal(t, "version_mismatch", put("other/versions/1.0.0", zip).code())
	assert.Equal(t, 201, put("fixed/versions/1.1.0", htmlZip(t, "Fixed", "1.1.0")).StatusCode)

	var versions struct{ Items []struct{ Version string } }
	r.get("/api/v1/plugins/fixed/versions").into(t, &versions)
	require.Len(t, versions.Items, 2)
	assert.Equal(t, "1.1.0", versions.Items[0].Version)
}

// A11: who sends slowly, or stops, takes a connection and nothing else.
func TestAnUploadThatStopsIsForgotten(t *testing.T) {
	r := newRig(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.base, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST /api/v1/plugins HTTP/1.1\r\nHost: zone.example.org\r\nAuthorization: Bearer %s\r\nContent-Type: application/zip\r\nContent-Length: 100000\r\n\r\nPK", r.token)
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	require.NoError(t, conn.SetDeadline(time.Now().Add(5*time.Second)))
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	assert.Equal(t, 400, res.StatusCode)
	_ = res.Body.Close()
}

func TestAnIdempotencyKeyMakesARepetitionHarmless(t *testing.T) {
	r := newRig(t)
	zip, other := htmlZip(t, "Once", "1.0.0"), htmlZip(t, "Once", "1.1.0")
	send := func(zip []byte, key, token string) answer {
		return r.do(call{method: "POST", path: "/api/v1/plugins", body: bytes.NewReader(zip), token: token,
			header: map[string]string{"Content-Type": "application/zip", "Idempotency-Key": key}})
	}
	first := send(zip, "k1", "")
	require.Equal(t, 201, first.StatusCode)
	again := send(zip, "k1", "")
	assert.Equal(t, 201, again.StatusCode, "the first answer, not the one of a second upload")
	assert.Equal(t, "true", again.Header.Get("Idempotency-Replayed"))
	assert.Equal(t, first.Header.Get("Location"), again.Header.Get("Location"))
	assert.Equal(t, first.text, again.text)
	assert.Equal(t, "idempotency_key_reused", send(other, "k1", "").code())
	assert.Equal(t, 200, send(zip, "k1", r.newToken("*")).StatusCode, "keys belong to a token")
	assert.Equal(t, "idempotency_key_invalid", send(zip, strings.Repeat("k", 300), "").code())

	// What was refused changed nothing, and may be tried again under its key.
	refused := call{method: "POST", path: "/api/v1/plugins/once/start", header: map[string]string{"Idempotency-Key": "k2"}}
	assert.Equal(t, 409, r.do(refused).StatusCode)
	assert.Empty(t, r.do(refused).Header.Get("Idempotency-Replayed"))
}
