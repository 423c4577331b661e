package program

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"hoso/worker"
)

// Answers says whether an address answers 200; empty is the API's own /readyz.
func Answers(ctx context.Context, c Config, address string) error {
	if address == "" {
		address = URLOf(c.Addr) + "/readyz"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("--url must be an address such as http://127.0.0.1:8080/readyz")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("not ready: %s: %w", redacted(address), cause(err))
	}
	defer res.Body.Close()                                        //nolint:errcheck // only read
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20)) // so that the other side is done with it
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s answers %s", redacted(address), res.Status)
	}
	return err
}

// WorkerPolls says whether a worker on this machine has just asked Temporal for
// work, on every queue. Temporal knows a worker as pid@host@….
func WorkerPolls(ctx context.Context, t client.Client, namespace string) error {
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	for _, q := range worker.Queues() {
		got, err := t.WorkflowService().DescribeTaskQueue(ctx, &workflowservice.DescribeTaskQueueRequest{
			Namespace: namespace, TaskQueue: &taskqueue.TaskQueue{Name: q.Name}, TaskQueueType: q.Type})
		if err != nil {
			return fmt.Errorf("not ready: Temporal: %s", Short(err))
		}
		polls := false
		for _, p := range got.GetPollers() {
			polls = polls || strings.Contains(p.GetIdentity(), "@"+host+"@") && time.Since(p.GetLastAccessTime().AsTime()) < polledWithin
		}
		if !polls {
			return fmt.Errorf("not ready: no worker on %s polls %s", host, q.Name)
		}
	}
	return nil
}
