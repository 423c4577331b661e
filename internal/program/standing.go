package program

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"

	"hoso/internal/dossier"
	"hoso/internal/store"
	"hoso/worker"
	"hoso/workflows"
)

// standing tells what the register holds: where the dossiers stand, what waits to
// be passed on, and who polls for work. It is the same for all processes, so only
// the API tells it. However often it is asked, it asks the register now and then.
type standing struct {
	main     *Main
	queues   cached[[]store.Queue]
	dossiers cached[store.Standing]
	pollers  cached[map[string]polled]
	custody  cached[store.CustodyProof]
}

// How old the numbers may be.
const (
	queuesFor   = 5 * time.Second
	dossiersFor = 15 * time.Second
	pollersFor  = 15 * time.Second
	custodyFor  = time.Minute
)

func newStanding(m *Main) *standing {
	return &standing{
		main:     m,
		queues:   cached[[]store.Queue]{fresh: queuesFor, read: m.Store.Queues},
		dossiers: cached[store.Standing]{fresh: dossiersFor, read: m.Store.Stand},
		pollers:  cached[map[string]polled]{fresh: pollersFor, read: m.polled},
		custody:  cached[store.CustodyProof]{fresh: custodyFor, read: m.Store.LastProof},
	}
}

var (
	stageDesc   = prometheus.NewDesc("hoso_dossiers", "Open dossiers by stage.", []string{"stage"}, nil)
	nobodyDesc  = prometheus.NewDesc("hoso_dossiers_nobody", "Open dossiers that nobody will move: no limit ahead, no open task; 0 is the only good value.", nil, nil)
	parkedDesc  = prometheus.NewDesc("hoso_dossiers_parked", "Open dossiers that wait for a person, by the task.", []string{"task"}, nil)
	pressDesc   = prometheus.NewDesc("hoso_dossiers_pressing", "Open dossiers that are overdue, warned of, or parked.", []string{"why"}, nil)
	countedDesc = prometheus.NewDesc("hoso_dossiers_counted_seconds", "How long the newest count of open dossiers took; it is made again after 20 times as long, and after 15 s at the earliest.", nil, nil)
	backlogDesc = prometheus.NewDesc("hoso_relay_backlog", "Rows waiting to be passed on, to Temporal or to citizens, and forms that could not be rendered so far.", []string{"kind"}, nil)
	oldestDesc  = prometheus.NewDesc("hoso_relay_oldest_seconds", "Age of the oldest row waiting to be passed on; 0 where none waits.", []string{"kind"}, nil)
	pollersDesc = prometheus.NewDesc("hoso_task_queue_pollers", "Workers that asked for work within the last two minutes, by task queue; of the build that gets it, where workers are versioned.", []string{"queue"}, nil)
	tasksDesc   = prometheus.NewDesc("hoso_task_queue_backlog", "Tasks that wait at Temporal for a worker, by task queue; about.", []string{"queue"}, nil)
	custodyDesc = prometheus.NewDesc("hoso_custody_faults", "Faults that the newest proof of custody found; 0 is the only good value.", nil, nil)
	provenDesc  = prometheus.NewDesc("hoso_custody_proved_timestamp_seconds", "When the newest proof of custody was made.", nil, nil)
)

// Describe implements prometheus.Collector.
func (*standing) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{stageDesc, nobodyDesc, parkedDesc, pressDesc, countedDesc, backlogDesc, oldestDesc, pollersDesc, tasksDesc, custodyDesc, provenDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. What cannot be read is left out: an
// old number would look like good news. All is read at once: one reading after
// the other would outlast a scrape when the database hangs, and then the alert
// that says so would lack its numbers.
func (s *standing) Collect(ch chan<- prometheus.Metric) {
	var all sync.WaitGroup
	for _, tell := range []func(chan<- prometheus.Metric){s.tellDossiers, s.tellQueues, s.tellPollers, s.tellCustody} {
		all.Go(func() { tell(ch) })
	}
	all.Wait()
}

func (s *standing) tellDossiers(ch chan<- prometheus.Metric) {
	st, took, ok := s.dossiers.get()
	if !ok {
		return
	}
	for _, stage := range dossier.Stages() {
		if stage != dossier.StageClosed {
			gauge(ch, stageDesc, float64(st.Stages[stage]), string(stage))
		}
	}
	gauge(ch, nobodyDesc, float64(st.Nobody))
	for task, n := range st.Parked {
		gauge(ch, parkedDesc, float64(n), task)
	}
	gauge(ch, pressDesc, float64(st.Overdue), "overdue")
	gauge(ch, pressDesc, float64(st.Warned), "warned")
	gauge(ch, pressDesc, float64(st.Pressing.Parked), "parked")
	gauge(ch, countedDesc, took.Seconds())
}

func (s *standing) tellQueues(ch chan<- prometheus.Metric) {
	queues, _, _ := s.queues.get() // none where they cannot be read
	for _, q := range queues {
		gauge(ch, backlogDesc, float64(q.Rows), q.Kind)
		age := 0.0
		if q.Oldest != nil {
			age = max(0, s.main.Store.Now().Sub(*q.Oldest).Seconds())
		}
		gauge(ch, oldestDesc, age, q.Kind)
	}
}

func (s *standing) tellPollers(ch chan<- prometheus.Metric) {
	queues, _, _ := s.pollers.get() // none where they cannot be read
	for queue, p := range queues {
		gauge(ch, pollersDesc, float64(p.workers), queue)
		gauge(ch, tasksDesc, float64(p.tasks), queue)
	}
}

func (s *standing) tellCustody(ch chan<- prometheus.Metric) {
	if p, _, ok := s.custody.get(); ok {
		gauge(ch, custodyDesc, float64(len(p.Faults)))
		gauge(ch, provenDesc, float64(p.At.Unix()))
	}
}

// polled is what Temporal says of a task queue.
type polled struct{ workers, tasks int64 }

// polls is how long ago a worker that is alive asked for work at most: a question
// waits a minute for its answer.
const polls = 2 * time.Minute

// polled counts only workers that are given the queue's tasks. Others may poll
// beside them, of a build that is not current any more: where they alone are left,
// nothing is done.
func (m *Main) polled(ctx context.Context) (map[string]polled, error) {
	out := map[string]polled{}
	for _, q := range []worker.Queue{
		{Name: workflows.QueueDossier, Type: enums.TASK_QUEUE_TYPE_WORKFLOW},
		{Name: workflows.QueuePortal, Type: enums.TASK_QUEUE_TYPE_ACTIVITY},
		{Name: workflows.QueueCourier, Type: enums.TASK_QUEUE_TYPE_ACTIVITY},
	} {
		d, err := describeQueue(ctx, m.Temporal, m.Config.temporalNamespace(), q)
		if err != nil {
			return nil, err
		}
		out[q.Name] = polled{workers: workersServed(d), tasks: d.GetStats().GetApproximateBacklogCount()}
	}
	return out, nil
}

// workersServed counts the workers to whom a queue's tasks are given; where two
// builds share them, those of the one that has fewer.
func workersServed(d *workflowservice.DescribeTaskQueueResponse) int64 {
	alive := polling(d, polls)
	fewest := math.MaxInt
	for _, s := range served(d) {
		fewest = min(fewest, len(alive[s]))
	}
	return int64(fewest)
}

// cached is a number that is read again only when it has grown old: older than
// fresh, and than twenty times what reading it took, so that a register that has
// grown large is not kept busy by being watched.
type cached[T any] struct {
	fresh time.Duration
	read  func(context.Context) (T, error)

	mu    sync.Mutex
	at    time.Time
	took  time.Duration
	value T
	ok    bool
}

// readWithin bounds one reading; a failure is kept as long as a value, so that
// what is slow because it is ill is left in peace.
const readWithin = 3 * time.Second

func (c *cached[T]) get() (value T, took time.Duration, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); c.at.IsZero() || now.Sub(c.at) >= max(c.fresh, 20*c.took) {
		ctx, cancel := context.WithTimeout(context.Background(), readWithin)
		defer cancel()
		v, err := c.read(ctx)
		c.at, c.took, c.value, c.ok = now, time.Since(now), v, err == nil
	}
	if !c.ok {
		return value, c.took, false
	}
	return c.value, c.took, c.ok
}
