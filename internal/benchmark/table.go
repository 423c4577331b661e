package benchmark

import (
	"fmt"
	"io"
	"time"
)

// row is one figure of the table.
type row struct {
	name   string
	of     func(Turn) float64
	format string
}

// milliseconds of processor time per dossier, of one or several parts.
func milliseconds(name string, parts ...string) row {
	return row{name, func(t Turn) float64 {
		var sum time.Duration
		for _, p := range parts {
			sum += t.spent.processor[p]
		}
		return t.each(float64(sum) / float64(time.Millisecond))
	}, "%.1f"}
}

func rows() []row {
	all := []row{
		{"completed per second", Turn.PerSecond, "%.2f"},
		{"history events", func(t Turn) float64 { return t.each(float64(t.Events)) }, "%.1f"},
		{"state transitions", func(t Turn) float64 { return t.each(float64(t.Transitions)) }, "%.1f"},
		milliseconds("CPU-ms: Temporal server", partTemporal),
		milliseconds("CPU-ms: PostgreSQL for Temporal", postgresOf+"temporal", postgresOf+"temporal_visibility"),
		milliseconds("CPU-ms: PostgreSQL for hoso", postgresOf+"hoso"),
		milliseconds("CPU-ms: PostgreSQL, nobody's", postgresOther),
		milliseconds("CPU-ms: API", partAPI),
		milliseconds("CPU-ms: worker", partWorker),
		milliseconds("CPU-ms: bare worker", partBareWorker),
		milliseconds("CPU-ms: simulators", "portal-sim", "courier-sim"),
		milliseconds("CPU-ms: this program", partBench),
		milliseconds("CPU-ms: hoso's own (API, worker, its PostgreSQL)", partAPI, partWorker, postgresOf+"hoso"),
		milliseconds("CPU-ms: the bare shape's own (worker)", partBareWorker),
		milliseconds("CPU-ms: Temporal and its PostgreSQL", partTemporal, postgresOf+"temporal", postgresOf+"temporal_visibility"),
	}
	for _, name := range databases {
		all = append(all, row{"commits: " + name, func(t Turn) float64 { return t.each(float64(t.spent.commits[name])) }, "%.1f"})
	}
	all = append(all, row{"WAL, kB", func(t Turn) float64 { return t.each(float64(t.spent.wal)) / 1000 }, "%.1f"})
	for _, name := range databases {
		all = append(all, row{"growth, kB: " + name, func(t Turn) float64 { return t.each(float64(t.spent.bytes[name])) / 1000 }, "%.1f"})
	}
	return all
}

// Print writes the table: what one dossier cost, hoso's beside the bare shape's.
func Print(w io.Writer, whole, bare Turn) error {
	if _, err := fmt.Fprintf(w, "%-50s %10s %10s\n", "per dossier", Whole, Bare); err != nil {
		return err
	}
	for _, r := range rows() {
		_, err := fmt.Fprintf(w, "%-50s %10s %10s\n", r.name, fmt.Sprintf(r.format, r.of(whole)), fmt.Sprintf(r.format, r.of(bare)))
		if err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%-50s %10.2f\n", "hoso / bare, completed per second", whole.PerSecond()/bare.PerSecond())
	return err
}
