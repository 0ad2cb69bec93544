package client

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Problem is an error that the host answered with.
type Problem struct {
	Title     string  `json:"title"`
	Status    int     `json:"status"`
	Code      string  `json:"code"`
	Detail    string  `json:"detail"`
	RequestID string  `json:"requestId"`
	Errors    []Field `json:"errors"`
	// Step and Output are those of a job that failed.
	Step   string   `json:"step"`
	Output []string `json:"output"`
}

// Field is one wrong part of the input.
type Field struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Error is the detail.
func (p *Problem) Error() string {
	if p.Status == http.StatusUnauthorized && p.Code != "login_failed" && !strings.HasPrefix(p.Code, "totp_") {
		return p.Detail + "; give a token with --token or APPZONE_TOKEN"
	}
	return p.Detail
}

// problemOf reads the problem document, or says what came in its place.
func problemOf(res *http.Response) error {
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	p := &Problem{}
	if json.Unmarshal(b, p) != nil || p.Code == "" {
		return fmt.Errorf("the server answered %s and no problem document; is it an App Zone host?", res.Status)
	}
	return p
}
