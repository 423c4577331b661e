package program

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"hoso/api"
)

// parts tells, when it is asked, what a process stands on: whether the database
// and Temporal answer, its connections, the disk of its folder.
type parts struct{ main *Main }

var (
	upDesc        = prometheus.NewDesc("hoso_up", "Whether a part answers (1) or not (0).", []string{"part"}, nil)
	connDesc      = prometheus.NewDesc("hoso_database_connections", "Connections of the process to the database by state, and the most there may be.", []string{"state"}, nil)
	connWaitsDesc = prometheus.NewDesc("hoso_database_waits_total", "How often somebody had to wait for a connection to the database.", nil, nil)
	diskDesc      = prometheus.NewDesc("hoso_disk_free_bytes", "Free space on the disk of the data folder.", nil, nil)
)

// Describe implements prometheus.Collector.
func (parts) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{upDesc, connDesc, connWaitsDesc, diskDesc} {
		ch <- d
	}
}

func gauge(ch chan<- prometheus.Metric, d *prometheus.Desc, v float64, labels ...string) {
	ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

// Collect implements prometheus.Collector.
func (p parts) Collect(ch chan<- prometheus.Metric) {
	checks := p.main.checks()
	for i, err := range api.RunChecks(context.Background(), checks) {
		up := 1.0
		if err != nil {
			up = 0
		}
		gauge(ch, upDesc, up, checks[i].Name)
	}
	if pool, err := p.main.Store.Pool(); err == nil {
		s := pool.Stats()
		gauge(ch, connDesc, float64(s.InUse), "in_use")
		gauge(ch, connDesc, float64(s.Idle), "idle")
		gauge(ch, connDesc, float64(s.MaxOpenConnections), "max")
		ch <- prometheus.MustNewConstMetric(connWaitsDesc, prometheus.CounterValue, float64(s.WaitCount))
	}
	if free, err := freeSpace(p.main.Config.Data); err == nil {
		gauge(ch, diskDesc, float64(free))
	}
}
