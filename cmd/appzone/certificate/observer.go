package certificate

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
)

// answerMax bounds an answer of the authority that is looked at; larger ones pass unseen.
const answerMax = 64 << 10

// observer logs what the authority refuses. Renewals go on in the background, and their errors are told to nobody else.
type observer struct {
	next http.RoundTripper
	log  *slog.Logger
}

// RoundTrip implements http.RoundTripper.
func (o *observer) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := o.next.RoundTrip(req)
	if err != nil {
		o.log.Warn("certificate authority not reached", "url", req.URL.String(), "error", err)
		return nil, err
	}
	head, err := io.ReadAll(io.LimitReader(res.Body, answerMax))
	if err != nil {
		res.Body.Close()
		return nil, err
	}
	res.Body = rest{io.MultiReader(bytes.NewReader(head), res.Body), res.Body}
	if reason := refusal(res.StatusCode, head); reason != "" {
		o.log.Warn("certificate authority refused", "url", req.URL.String(), "status", res.StatusCode, "reason", reason)
	}
	return res, nil
}

// rest is a body whose beginning was read and put back.
type rest struct {
	io.Reader
	io.Closer
}

// refusal is why the authority refused, "" if it did not. A stale nonce is none: the request is made again with a new one.
func refusal(status int, body []byte) string {
	type problem struct {
		Type   string `json:"type"`
		Detail string `json:"detail"`
	}
	var answer struct {
		problem
		Status     any      `json:"status"`
		Error      *problem `json:"error"`
		Challenges []struct {
			Error *problem `json:"error"`
		} `json:"challenges"`
	}
	unread := json.Unmarshal(body, &answer) != nil
	if status >= http.StatusBadRequest {
		if unread || answer.Type == "" {
			return http.StatusText(status)
		}
		if answer.Type == "urn:ietf:params:acme:error:badNonce" {
			return ""
		}
		return answer.Type + ": " + answer.Detail
	}
	if answer.Status != "invalid" {
		return ""
	}
	causes := []*problem{answer.Error}
	for _, c := range answer.Challenges {
		causes = append(causes, c.Error)
	}
	for _, cause := range causes {
		if cause != nil {
			return cause.Type + ": " + cause.Detail
		}
	}
	return "invalid"
}
