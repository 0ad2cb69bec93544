package api

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

const (
	waitDefault = 120
	waitMax     = 600
)

// begin starts an operation that is a job, and answers with it: at once, or when it has ended if asked to wait.
func (s *Server) begin(c *fiber.Ctx, start func(id string, actor host.Actor) (host.Job, error)) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	wait, err := waitFor(c)
	if err != nil {
		return err
	}
	job, err := start(id, actorOf(c))
	if err != nil {
		return err
	}
	return s.answerJob(c, job, wait)
}

// waitFor is how long the client wants to wait for a job; 0 is not at all.
func waitFor(c *fiber.Ctx) (time.Duration, error) {
	wait, err := queryBool(c, "wait")
	if err != nil {
		return 0, err
	}
	seconds, err := queryInt(c, "timeoutSeconds", 1, waitMax, waitDefault)
	if err != nil || !wait {
		return 0, err
	}
	return time.Duration(seconds) * time.Second, nil
}

// answerJob gives 202 for a job that goes on, 200 for one that succeeded while it was waited for, 422 for one that failed.
func (s *Server) answerJob(c *fiber.Ctx, job host.Job, wait time.Duration) error {
	c.Set(fiber.HeaderLocation, v1+"/jobs/"+job.ID)
	if wait > 0 {
		var err error
		if job, err = s.waitJob(job.ID, wait); err != nil {
			return err
		}
	}
	switch {
	case wait == 0 || !job.State.Ended():
		return send(c, fiber.StatusAccepted, job)
	case job.State == host.JobSucceeded:
		return send(c, fiber.StatusOK, job)
	default:
		return jobFailed{job}
	}
}

// waitJob returns the job at its end, or as it is after wait, or when the server stops.
func (s *Server) waitJob(id string, wait time.Duration) (host.Job, error) {
	if wait > 0 {
		ctx, cancel := context.WithTimeout(s.closing, wait)
		defer cancel()
		if job, err := s.host.WaitJob(ctx, id); err == nil || ctx.Err() == nil {
			return job, err
		}
	}
	return s.host.Job(s.ctx, id)
}

func (s *Server) listJobs(c *fiber.Ctx) error {
	limit, err := queryInt(c, "limit", 1, pageMax, 0)
	if err != nil {
		return err
	}
	items, next, err := s.host.Jobs(s.ctx, query(c, "cursor"), limit)
	return reply(c, listOf(items, next), err)
}

func (s *Server) getJob(c *fiber.Ctx) error {
	wait, err := waitFor(c)
	if err != nil {
		return err
	}
	job, err := s.waitJob(strings.Clone(c.Params("id")), wait)
	return reply(c, job, err)
}

func (s *Server) cancelJob(c *fiber.Ctx) error {
	wait, err := waitFor(c)
	if err != nil {
		return err
	}
	job, err := s.host.CancelJob(s.ctx, strings.Clone(c.Params("id")), actorOf(c))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderLocation, v1+"/jobs/"+job.ID)
	if wait > 0 {
		job, err = s.waitJob(job.ID, wait)
		return reply(c, job, err)
	}
	return send(c, fiber.StatusAccepted, job)
}
