package api

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
	"appzone/host/fault"
)

// codeMisdirected is the one code whose status is not its kind's.
const codeMisdirected = "misdirected"

const contentProblem = "application/problem+json"

// problem is an error as RFC 9457 wants it, with what programs match on.
type problem struct {
	Type      string        `json:"type"`
	Title     string        `json:"title"`
	Status    int           `json:"status"`
	Code      string        `json:"code"`
	Detail    string        `json:"detail"`
	RequestID string        `json:"requestId"`
	Errors    []fault.Field `json:"errors,omitempty"`
	// Of a job that failed:
	Step   string    `json:"step,omitempty"`
	Output []string  `json:"output,omitempty"`
	Job    *host.Job `json:"job,omitempty"`
}

// jobFailed is the error of a job that was waited for.
type jobFailed struct{ job host.Job }

func (e jobFailed) Error() string { return "job " + e.job.ID + " " + string(e.job.State) }

var statusOf = map[fault.Kind]int{
	fault.Internal: 500, fault.Invalid: 422, fault.Malformed: 400, fault.Unauthorized: 401, fault.Forbidden: 403,
	fault.NotFound: 404, fault.Conflict: 409, fault.Precondition: 412, fault.TooLarge: 413, fault.TooMany: 429,
	fault.Unavailable: 503, fault.NoSpace: 507, fault.Unsupported: 415, fault.Required: 428, fault.Gateway: 502,
	fault.Timeout: 504,
}

// codeOf names the errors that Fiber and fasthttp make by themselves.
var codeOf = map[int]struct{ code, detail string }{
	400: {"malformed_request", "the request is malformed"},
	404: {"not_found", "there is nothing at this path; the interface is described at /api/docs"},
	405: {"method_not_allowed", "this path does not take this method; see the Allow header"},
	408: {"request_timeout", "the request took too long to arrive"},
	413: {"body_too_large", "the request's body is too large"},
	415: {"unsupported_media_type", "the request's content type is not understood"},
	501: {"method_unknown", "this method is not known here"},
	431: {"headers_too_large", "the request's headers are too large"},
}

// answerError is the end of every request that failed: one problem document.
func (s *Server) answerError(c *fiber.Ctx, err error) error {
	if requestID(c) == "" { // the request failed before its first step
		c.Set(fiber.HeaderXRequestID, s.identify(c))
	}
	if s.strayed(c, err) {
		return s.consolePage(c.Status(fiber.StatusNotFound))
	}
	s.setDataHeaders(c)
	p := s.problemOf(c, err)
	p.Type, p.Title, p.RequestID = "about:blank", http.StatusText(p.Status), requestID(c)
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	// What a handler had begun to say about a success does not belong to the failure.
	h := &c.Response().Header
	for _, name := range []string{fiber.HeaderETag, fiber.HeaderContentEncoding, fiber.HeaderLastModified} {
		h.Del(name)
	}
	c.Set(fiber.HeaderContentType, contentProblem)
	c.Status(p.Status)
	return c.Send(body)
}

func (s *Server) problemOf(c *fiber.Ctx, err error) problem {
	var own *fiber.Error
	var failed jobFailed
	switch {
	case errors.As(err, &failed):
		return ofJob(failed.job)
	case errors.As(err, &own):
		known, ok := codeOf[own.Code]
		if !ok {
			known.code, known.detail = "http_error", http.StatusText(own.Code)
		}
		return problem{Status: own.Code, Code: known.code, Detail: known.detail}
	}
	f := fault.From(err)
	p := problem{Status: statusOf[f.Kind], Code: f.Code, Detail: f.Message, Errors: f.Fields}
	if f.Code == codeMisdirected {
		p.Status = fiber.StatusMisdirectedRequest
	}
	if f.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	} else if p.Status == fiber.StatusServiceUnavailable {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int((5 * time.Second).Seconds())))
	}
	if f.Kind == fault.Internal {
		s.log.Error("request failed", "request_id", requestID(c), "method", c.Method(), "path", loggedPath(c), "error", f.Err)
	}
	return p
}

// ofJob is the problem of a job that was waited for and did not succeed.
func ofJob(job host.Job) problem {
	p := problem{Status: fiber.StatusUnprocessableEntity, Code: "job_failed", Detail: "the job failed", Output: job.Output, Job: &job}
	if job.Error != nil {
		p.Code, p.Detail, p.Step, p.Errors = job.Error.Code, job.Error.Detail, job.Error.Step, job.Error.Fields
	}
	return p
}
