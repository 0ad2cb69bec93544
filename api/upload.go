package api

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/api/httpguard"
	"appzone/host"
	"appzone/host/fault"
)

const (
	// formOverhead is what a multipart body may have beside the zip.
	formOverhead = 64 << 10
	formField    = "file"
)

// uploadPlugin takes a zip in: the plugin's new candidate, or with dryRun the plan alone.
func (s *Server) uploadPlugin(c *fiber.Ctx) error {
	dryRun, err := queryBool(c, "dryRun")
	if err != nil {
		return err
	}
	said, err := queryAllow(c)
	if err != nil {
		return err
	}
	u, err := s.receive(c)
	if err != nil {
		return err
	}
	defer u.Close()
	if dryRun {
		plan, err := s.host.Check(s.ctx, u, said...)
		return sendPlan(c, plan, err)
	}
	return s.idempotent(c, string(u.Digest())+query(c, "allow"), func(c *fiber.Ctx) error {
		view, created, err := s.host.Accept(s.ctx, u, actorOf(c), said...)
		return sendUploaded(c, view, created, err)
	})
}

// queryAllow is the word that an upload may say.
func queryAllow(c *fiber.Ctx) ([]host.Word, error) {
	if !c.Context().QueryArgs().Has("allow") {
		return nil, nil
	}
	if c.Query("allow") != string(host.AllowReplace) {
		return nil, badQuery("allow", "may be replace")
	}
	return []host.Word{host.AllowReplace}, nil
}

// putPluginVersion takes in the zip of exactly this version, or with dryRun gives its plan alone.
func (s *Server) putPluginVersion(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	dryRun, err := queryBool(c, "dryRun")
	if err != nil {
		return err
	}
	version, err := url.PathUnescape(strings.Clone(c.Params("version")))
	if err != nil {
		return fault.New(fault.Malformed, "path_malformed", "the version in the path is not percent-encoded as it must be")
	}
	u, err := s.receive(c)
	if err != nil {
		return err
	}
	defer u.Close()
	if dryRun {
		plan, err := s.host.CheckVersion(s.ctx, u, id, version)
		return sendPlan(c, plan, err)
	}
	view, created, err := s.host.AcceptVersion(s.ctx, u, id, version, actorOf(c))
	return sendUploaded(c, view, created, err)
}

func sendUploaded(c *fiber.Ctx, view host.PluginView, created bool, err error) error {
	status := fiber.StatusOK
	if err == nil && created {
		status = fiber.StatusCreated
		c.Set(fiber.HeaderLocation, v1+"/plugins/"+view.ID)
	}
	return sendPlugin(c, status, view, err)
}

// receive streams the zip to a private file: the body itself, or the field "file" of a form.
func (s *Server) receive(c *fiber.Ctx) (*host.Upload, error) {
	kind, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil {
		kind = ""
	}
	switch kind {
	case "application/zip", "application/x-zip-compressed", fiber.MIMEOctetStream:
		return s.receiveBody(c, s.o.MaxUploadBytes, func(body io.Reader) (*host.Upload, error) {
			return s.host.Receive(s.ctx, body)
		})
	case fiber.MIMEMultipartForm:
		return s.receiveBody(c, s.o.MaxUploadBytes+formOverhead, func(body io.Reader) (*host.Upload, error) {
			return s.receiveForm(multipart.NewReader(body, params["boundary"]))
		})
	}
	return nil, fault.New(fault.Unsupported, "unsupported_media_type", `send the zip as application/zip or application/octet-stream, or as the field "file" of multipart/form-data`)
}

// receiveBody refuses a body whose stated length is too large before a byte of it is read. Its real length is
// counted by whoever reads.
func (s *Server) receiveBody(c *fiber.Ctx, most int64, take func(io.Reader) (*host.Upload, error)) (*host.Upload, error) {
	if int64(c.Request().Header.ContentLength()) > most {
		return nil, host.ErrUploadTooLarge(s.o.MaxUploadBytes)
	}
	// The limit of the reader stands behind that of Receive, which has the better message.
	return take(httpguard.LimitedBody(c, most+formOverhead))
}

func (s *Server) receiveForm(form *multipart.Reader) (*host.Upload, error) {
	part, err := form.NextRawPart()
	if err != nil {
		return nil, formError(err)
	}
	if part.FormName() != formField {
		return nil, fault.New(fault.Malformed, "form_malformed", "the form must have one field, file, with the zip").WithField(formField, "must be the only field")
	}
	u, err := s.host.Receive(s.ctx, part)
	if err != nil {
		return nil, formError(err)
	}
	// What follows must be the end: a cut form is not taken for a whole one.
	if _, err := form.NextRawPart(); !errors.Is(err, io.EOF) {
		u.Close()
		if err == nil {
			return nil, fault.New(fault.Malformed, "form_malformed", "the form must have one field, file, with the zip").WithField(formField, "must be the only field")
		}
		return nil, formError(err)
	}
	return u, nil
}

// formError explains what the form's reader met.
func formError(err error) error {
	if errors.As(err, new(*fault.Error)) {
		return err
	}
	return fault.Wrap(err, fault.Malformed, "form_malformed", "the form is malformed or was cut off; send the zip as the field file of multipart/form-data")
}
