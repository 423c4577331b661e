package program

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkTemporalCounts is what the SDK does once or twice per request to
// Temporal and per activity: find its number by labels and add to it.
func BenchmarkTemporalCounts(b *testing.B) {
	x, err := newMetrics()
	require.NoError(b, err)
	tags := map[string]string{"namespace": "default", "task_queue": "dossier", "workflow_type": "Dossier", "activity_type": "RecordTransition", "worker_type": "none"}
	b.ReportAllocs()
	for b.Loop() {
		h := x.temporal.WithTags(tags)
		h.Counter("temporal_request").Inc(1)
		h.Timer("temporal_request_latency").Record(time.Millisecond)
	}
}
