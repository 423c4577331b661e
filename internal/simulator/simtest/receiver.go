package simtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"hoso/internal/webhook"
)

// patience bounds every wait of a test; it is reached only when one fails.
const patience = 30 * time.Second

// Delivery is one attempt to tell of an event, its signature proven.
type Delivery struct {
	Path string
	ID   string
	Body []byte
}

// Receiver is where callbacks go. It proves each signature and remembers what
// it took.
type Receiver struct {
	// URL is the receiver's address, without a path.
	URL string

	now    func() time.Time
	secret func(path string) []byte

	mu      sync.Mutex
	answer  func(Delivery) int
	took    []Delivery
	forged  int
	busy    int
	peak    int
	changed chan struct{}
}

// NewReceiver listens on loopback. Now is the clock signatures are held
// against, secret gives a path's key.
func NewReceiver(t *testing.T, now func() time.Time, secret func(path string) []byte) *Receiver {
	t.Helper()
	r := &Receiver{now: now, secret: secret, changed: make(chan struct{})}
	srv := httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(srv.Close)
	r.URL = srv.URL
	return r
}

// Answer makes f decide the status of each delivery from now on; f may block.
func (r *Receiver) Answer(f func(Delivery) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = f
}

func (r *Receiver) serve(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	v := webhook.Verifier{Secrets: [][]byte{r.secret(req.URL.Path)}, Now: r.now}
	id, err := v.Verify(req.Header, body)
	d := Delivery{Path: req.URL.Path, ID: id, Body: body}

	r.mu.Lock()
	if err != nil {
		r.forged++
		r.mu.Unlock()
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	r.busy++
	r.peak = max(r.peak, r.busy)
	answer := r.answer
	r.mu.Unlock()

	status := http.StatusNoContent
	if answer != nil {
		status = answer(d)
	}

	r.mu.Lock()
	r.busy--
	if status/100 == 2 {
		r.took = append(r.took, d)
		close(r.changed)
		r.changed = make(chan struct{})
	}
	r.mu.Unlock()
	w.WriteHeader(status)
}

// Took lists the deliveries answered with 2xx, in order.
func (r *Receiver) Took() []Delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Delivery{}, r.took...)
}

// Forged counts deliveries whose signature did not hold.
func (r *Receiver) Forged() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.forged
}

// Peak is the greatest number of deliveries that were being answered at once.
func (r *Receiver) Peak() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.peak
}

// Await waits until so many deliveries were taken, and lists them.
func (r *Receiver) Await(t *testing.T, n int) []Delivery {
	t.Helper()
	late := time.After(patience)
	for {
		r.mu.Lock()
		took, changed := append([]Delivery{}, r.took...), r.changed
		r.mu.Unlock()
		if len(took) >= n {
			return took
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("%d of %d callbacks came", len(took), n)
		}
	}
}
