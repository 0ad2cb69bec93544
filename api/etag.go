package api

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/host/fault"
)

// setRevision gives the ETag of what can be edited.
func setRevision(c *fiber.Ctx, revision uint64) {
	c.Set(fiber.HeaderETag, `"r`+strconv.FormatUint(revision, 10)+`"`)
}

// ifMatch reads the revision that If-Match asks for. any is true without the header and for "*".
func ifMatch(c *fiber.Ctx) (revision uint64, any bool, err error) {
	h := strings.TrimSpace(c.Get(fiber.HeaderIfMatch))
	if h == "" || h == "*" {
		return 0, true, nil
	}
	digits, ok := strings.CutPrefix(strings.Trim(h, `"`), "r")
	revision, bad := strconv.ParseUint(digits, 10, 64)
	if !ok || bad != nil || len(h) < 4 || h[0] != '"' || h[len(h)-1] != '"' {
		return 0, false, fault.New(fault.Precondition, "etag_unknown", "If-Match holds no ETag of this resource; read it again and send its ETag")
	}
	return revision, false, nil
}
