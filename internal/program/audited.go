package program

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"hoso/internal/audit"
	"hoso/internal/reconcile"
	"hoso/internal/store"
)

// audited tells what the register found out about itself: proofs and roots of its
// ledgers, and where it did not agree with workflows, portal or carriers. It stands
// in the database, so that whichever API is asked tells the same.
type audited struct{ facts cached[auditFacts] }

// auditedFor is how old the numbers may be.
const auditedFor = 15 * time.Second

func newAudited(m *Main) *audited {
	return &audited{cached[auditFacts]{fresh: auditedFor, read: func(ctx context.Context) (auditFacts, error) { return readAuditFacts(ctx, m.Store) }}}
}

// auditFacts are what audited tells; nil for what there is not yet.
type auditFacts struct {
	proof  *store.AuditProof
	rooted *time.Time
	drift  store.Drift
}

func readAuditFacts(ctx context.Context, s *store.Store) (f auditFacts, err error) {
	switch p, err := s.LastAuditProof(ctx); {
	case err == nil:
		f.proof = &p
	case !errors.Is(err, store.ErrNotFound):
		return f, err
	}
	switch row, err := s.NewestRoot(ctx); {
	case err == nil:
		if r, err := audit.ReadRoot([]byte(row.File)); err == nil {
			f.rooted = &r.At
		}
	case !errors.Is(err, store.ErrNotFound):
		return f, err
	}
	f.drift, err = s.Drift(ctx)
	return f, err
}

var (
	auditDesc   = prometheus.NewDesc("hoso_audit_faults", "Faults that the newest proof of the audit ledgers found; 0 is the only good value.", nil, nil)
	auditedDesc = prometheus.NewDesc("hoso_audit_proved_timestamp_seconds", "When the newest proof of the audit ledgers was made.", nil, nil)
	rootedDesc  = prometheus.NewDesc("hoso_audit_root_timestamp_seconds", "When the newest signed root over the audit ledgers was made.", nil, nil)
	rightDesc   = prometheus.NewDesc("hoso_register_corrections_total", "Times that workflow, portal or carrier did not agree with the register and were brought into accord.", []string{"kind"}, nil)
	driftDesc   = prometheus.NewDesc("hoso_register_drift", "Dossiers of which the register and another place do not agree, and no door puts it right; 0 is the only good value.", []string{"kind"}, nil)
	lapDesc     = prometheus.NewDesc("hoso_register_sampler_lap_seconds", "How long the samplers take to look at every open dossier.", nil, nil)
)

// Describe implements prometheus.Collector.
func (*audited) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{auditDesc, auditedDesc, rootedDesc, rightDesc, driftDesc, lapDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (a *audited) Collect(ch chan<- prometheus.Metric) {
	f, _, ok := a.facts.get()
	if !ok {
		return
	}
	if f.proof != nil {
		gauge(ch, auditDesc, float64(len(f.proof.Faults)))
		gauge(ch, auditedDesc, float64(f.proof.At.Unix()))
	}
	if f.rooted != nil {
		gauge(ch, rootedDesc, float64(f.rooted.Unix()))
	}
	for _, kind := range reconcile.Kinds() {
		ch <- prometheus.MustNewConstMetric(rightDesc, prometheus.CounterValue, float64(f.drift.Corrections[kind]), kind)
		gauge(ch, driftDesc, float64(f.drift.Standing[kind]), kind)
	}
	gauge(ch, lapDesc, f.drift.Lap.Seconds())
}
