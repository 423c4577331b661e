package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/server/common/primitives"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

const (
	readyTimeout  = 60 * time.Second // a slow disk replaying a long journal
	readyInterval = 20 * time.Millisecond
	probeTimeout  = 2 * time.Second // one try; the next may find more services up
)

// waitReady returns once a client is really served: namespaces known, the
// dossiers' part answering, the web page there. "The port is open" comes a good
// second earlier, and a client that believes it sees errors.
//
// A process without the frontend is ready when its services have started: who
// asks for more asks the frontend.
func waitReady(ctx context.Context, o options) error {
	if !o.plays(primitives.FrontendService) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	conn, err := grpc.NewClient("passthrough:///"+o.frontend(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	client := workflowservice.NewWorkflowServiceClient(conn)

	for _, name := range o.namespaces {
		err = poll(ctx, "Temporal", func(ctx context.Context) error { return probeNamespace(ctx, client, name) })
		if err != nil {
			return err
		}
	}
	if o.uiPort == 0 {
		return nil
	}
	return poll(ctx, "the web page", func(ctx context.Context) error { return probeUI(ctx, o.ui()+"/healthz") })
}

// poll tries until it works or the time is over.
func poll(ctx context.Context, what string, try func(context.Context) error) error {
	ticker := time.NewTicker(readyInterval)
	defer ticker.Stop()
	for {
		attempt, cancel := context.WithTimeout(ctx, probeTimeout)
		err := try(attempt)
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", what, err)
		case <-ticker.C:
		}
	}
}

// probeNamespace asks for a workflow that never was: only the history service,
// with its part of the database, can say that it is not there.
func probeNamespace(ctx context.Context, client workflowservice.WorkflowServiceClient, name string) error {
	_, err := client.DescribeWorkflowExecution(ctx, &workflowservice.DescribeWorkflowExecutionRequest{
		Namespace: name,
		Execution: &commonpb.WorkflowExecution{WorkflowId: "hoso-devserver-ready"},
	})
	var absent *serviceerror.NotFound // a namespace not yet known is another type
	if errors.As(serviceerror.FromStatus(status.Convert(err)), &absent) {
		return nil
	}
	return err
}

func probeUI(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return errors.New(answer.Status)
	}
	return nil
}
