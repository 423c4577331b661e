package program

import (
	"context"
	"log/slog"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// fadingTemporal answers that it is there, and is gone for whoever asks on: so
// does a server that is killed the moment after a worker has found it.
type fadingTemporal struct {
	workflowservice.UnimplementedWorkflowServiceServer
	gone  atomic.Int32 // how often still
	asked atomic.Int32
}

func (f *fadingTemporal) DescribeNamespace(context.Context, *workflowservice.DescribeNamespaceRequest) (*workflowservice.DescribeNamespaceResponse, error) {
	if f.asked.Add(1) > 1 && f.gone.Add(-1) >= 0 {
		return nil, status.Error(codes.DeadlineExceeded, "gone") // what the library does not ask again about
	}
	return &workflowservice.DescribeNamespaceResponse{}, nil
}

func (f *fadingTemporal) GetSystemInfo(context.Context, *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	return &workflowservice.GetSystemInfoResponse{}, nil
}

func (f *fadingTemporal) serve(t *testing.T, operator operatorservice.OperatorServiceServer) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(s, f)
	operatorservice.RegisterOperatorServiceServer(s, operator)
	healthpb.RegisterHealthServer(s, health.NewServer())
	go s.Serve(l) //nolint:errcheck // ends with Stop
	t.Cleanup(s.Stop)
	return l.Addr().String()
}

// A worker whose Temporal goes away between the first answer and the pollers'
// start waits on; it does not end, for nobody may be there to start it again.
func TestAWorkerOutlivesATemporalThatFades(t *testing.T) {
	t.Parallel()
	f := &fadingTemporal{}
	f.gone.Store(1)
	_, c := newRegister(t)
	c.Temporal.HostPort = f.serve(t, &attributes{custom: ours()})
	c.PortalURL, c.CourierURL = "http://127.0.0.1:1", "http://127.0.0.1:1"
	m, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	ctx, stop := context.WithCancel(t.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- m.RunWorker(ctx, func() { close(ready) }) }()
	select {
	case <-ready:
	case err := <-ended:
		t.Fatalf("the worker ended: %v", err)
	case <-time.After(2 * time.Minute):
		t.Fatal("the worker never polled")
	}
	require.Negative(t, f.gone.Load(), "it was gone for a while")
	stop()
	require.NoError(t, <-ended)
}
