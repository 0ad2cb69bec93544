package api

import (
	"bytes"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"

	"appzone/host"
	"appzone/host/fault"
)

// metrics are the host's own numbers, in a registry of their own. A goroutine counts what happens.
type metrics struct {
	registry    *prometheus.Registry
	requests    *prometheus.CounterVec
	durations   *prometheus.HistogramVec
	transitions *prometheus.CounterVec
	restarts    *prometheus.CounterVec
	jobs        *prometheus.CounterVec
	done        chan struct{}
}

func newMetrics(s *Server) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), done: make(chan struct{}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "appzone_http_requests_total",
			Help: "Requests by operation, method and status."}, []string{"operation", "method", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "appzone_http_request_duration_seconds",
			Help: "Time until the head of the answer.", Buckets: []float64{.001, .005, .025, .1, .5, 2.5, 10, 60}}, []string{"operation"}),
		transitions: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "appzone_plugin_transitions_total",
			Help: "Transitions of script plugins by the state that they led to."}, []string{"state"}),
		restarts: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "appzone_plugin_restarts_total",
			Help: "Automatic restarts after a crash."}, []string{"plugin"}),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "appzone_jobs_total",
			Help: "Jobs that ended, by kind and outcome."}, []string{"kind", "state"}),
	}
	m.registry.MustRegister(m.requests, m.durations, m.transitions, m.restarts, m.jobs,
		stateCollector{s}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "appzone_jobs_live", Help: "Jobs that wait or run."},
			func() float64 { return float64(s.host.LiveJobs()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "appzone_streams_open", Help: "Event and log streams that are open."},
			func() float64 { return float64(streamsOpen.Load()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "appzone_info", Help: "Always 1; the version is a label.",
			ConstLabels: prometheus.Labels{"version": s.o.Version}}, func() float64 { return 1 }))
	go m.count(s)
	return m
}

// request counts one request. Paths that no operation has are one label, so that nobody can make many.
func (m *metrics) request(method, operation string, status int, took time.Duration) {
	if operation == "" {
		operation, method = "none", "any"
	}
	m.requests.WithLabelValues(operation, method, strconv.Itoa(status)).Inc()
	m.durations.WithLabelValues(operation).Observe(took.Seconds())
}

// count follows the events until the server stops.
func (m *metrics) count(s *Server) {
	defer close(m.done)
	for {
		sub := s.host.Bus().Subscribe()
		for open := true; open; {
			select {
			case e, ok := <-sub.C:
				if open = ok; ok {
					m.event(e)
				}
			case <-s.closing.Done():
				sub.Close()
				return
			}
		}
		if !sub.Lost() {
			return // the host is closed
		}
	}
}

func (m *metrics) event(e host.Event) {
	switch e.Type {
	case "plugin.state":
		from, _ := e.Data["from"].(host.State)
		to, _ := e.Data["to"].(host.State)
		m.transitions.WithLabelValues(string(to)).Inc()
		if from == host.BackingOff && to == host.Starting {
			m.restarts.WithLabelValues(e.Plugin).Inc()
		}
	case "plugin.removed":
		m.restarts.DeleteLabelValues(e.Plugin)
	case "job.ended":
		kind, _ := e.Data["kind"].(string)
		state, _ := e.Data["state"].(host.JobState)
		m.jobs.WithLabelValues(kind, string(state)).Inc()
	}
}

// wait returns when the goroutine has ended.
func (m *metrics) wait() { <-m.done }

// stateCollector counts plugins by state when somebody asks.
type stateCollector struct{ s *Server }

var pluginsByState = prometheus.NewDesc("appzone_plugins", "Plugins by state.", []string{"state"}, nil)

// Describe implements prometheus.Collector.
func (c stateCollector) Describe(ch chan<- *prometheus.Desc) { ch <- pluginsByState }

// Collect implements prometheus.Collector.
func (c stateCollector) Collect(ch chan<- prometheus.Metric) {
	counts, err := c.s.host.CountStates(c.s.ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(pluginsByState, err)
		return
	}
	for state, n := range counts {
		ch <- prometheus.MustNewConstMetric(pluginsByState, prometheus.GaugeValue, float64(n), string(state))
	}
}

// getMetrics answers in Prometheus' text format: on this machine to everybody, elsewhere to who may read metrics.
func (s *Server) getMetrics(c *fiber.Ctx) error {
	forwarded := c.Get(fiber.HeaderXForwardedFor) != "" || c.Get(fiber.HeaderForwarded) != ""
	if !peer(c).IsLoopback() || forwarded {
		actor, err := s.authenticate(c)
		if err != nil {
			return err
		}
		if !actor.May(host.ScopeMetricsRead) {
			return fault.New(fault.Forbidden, "missing_scope", "this needs the right %s, which these credentials do not have", host.ScopeMetricsRead)
		}
	}
	families, err := s.metrics.registry.Gather()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	format := expfmt.NewFormat(expfmt.TypeTextPlain)
	e := expfmt.NewEncoder(&b, format)
	for _, f := range families {
		if err := e.Encode(f); err != nil {
			return err
		}
	}
	c.Set(fiber.HeaderContentType, string(format))
	return c.Send(b.Bytes())
}
