package stack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"hoso/internal/program"
	"hoso/workflows"
)

// awaitReady waits until every part does its work: Temporal answers, workers
// poll, APIs take filings, the page and the simulators answer.
func (s *Stack) awaitReady(ctx context.Context) error {
	t, namespace, err := s.config.Dial(slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer t.Close()
	if err := program.AwaitTemporal(ctx, t, namespace, nil); err != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	for _, p := range s.running {
		switch {
		case strings.HasPrefix(p.name, "API"):
			err = until(ctx, p.name, serves("http://"+p.at+"/readyz"))
		case strings.HasPrefix(p.name, "worker"):
			err = until(ctx, p.name, func(ctx context.Context) error { return polls(ctx, t, p.PID()) })
		case p.at != "":
			err = until(ctx, p.name, listens(p.at))
		}
		if err != nil {
			return err
		}
	}
	return until(ctx, "Temporal's page", serves("http://"+local(s.o.UIPort)+"/healthz"))
}

// until asks again and again.
func until(ctx context.Context, name string, ask func(context.Context) error) error {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		try, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := ask(try)
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", name, errors.Join(context.Cause(ctx), err))
		case <-again.C:
		}
	}
}

func serves(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		if res.StatusCode != http.StatusOK {
			err = errors.New(res.Status)
		}
		return errors.Join(err, res.Body.Close())
	}
}

func listens(address string) func(context.Context) error {
	return func(ctx context.Context) error {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			return err
		}
		return c.Close()
	}
}

// polls finds a worker among those who ask Temporal for work: the SDK's name for
// a worker begins with its process.
func polls(ctx context.Context, t client.Client, pid int) error {
	queue, err := t.DescribeTaskQueue(ctx, workflows.QueueDossier, enums.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return err
	}
	for _, p := range queue.GetPollers() {
		if strings.HasPrefix(p.GetIdentity(), fmt.Sprintf("%d@", pid)) {
			return nil
		}
	}
	return errors.New("it does not poll yet")
}
