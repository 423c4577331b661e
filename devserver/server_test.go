package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.temporal.io/server/common/testing/freeport"
)

const (
	keyword = enumspb.INDEXED_VALUE_TYPE_KEYWORD
	boolean = enumspb.INDEXED_VALUE_TYPE_BOOL
)

// attributes are those a namespace has besides Temporal's own.
func attributes(t *testing.T, c client.Client, namespace string) map[string]enumspb.IndexedValueType {
	t.Helper()
	answer, err := c.OperatorService().ListSearchAttributes(t.Context(), &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		t.Fatal(err)
	}
	return answer.CustomAttributes
}

func retention(t *testing.T, c client.Client, namespace string) time.Duration {
	t.Helper()
	answer, err := c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if err != nil {
		t.Fatal(err)
	}
	return answer.Config.WorkflowExecutionRetentionTtl.AsDuration()
}

func assertAttributes(t *testing.T, c client.Client, namespace string, want map[string]enumspb.IndexedValueType) {
	t.Helper()
	if got := attributes(t, c, namespace); !maps.Equal(got, want) {
		t.Errorf("namespace %s has attributes %v, want %v", namespace, got, want)
	}
}

// waiting is a dossier that waits for a word and answers with it.
func waiting(ctx workflow.Context) (string, error) {
	var word string
	workflow.GetSignalChannel(ctx, "word").Receive(ctx, &word)
	return word, nil
}

func TestStartedAgainItGoesOn(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "new folder", "temporal.db")
	stage := temporal.NewSearchAttributeKeyKeyword("DossierStage")

	first := start(t, "--db-filename", database, "-n", "hoso", "--search-attribute", "DossierStage=Keyword")
	c := first.client("hoso")
	assertAttributes(t, c, "hoso", map[string]enumspb.IndexedValueType{"DossierStage": keyword})
	assertAttributes(t, c, "default", map[string]enumspb.IndexedValueType{"DossierStage": keyword})
	if got := retention(t, c, "hoso"); got != defaultRetention {
		t.Errorf("retention %s, want %s", got, defaultRetention)
	}
	_, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: "VNPHKI-250205-0001-M", TaskQueue: "dossier",
		TypedSearchAttributes: temporal.NewSearchAttributes(stage.ValueSet("intake")),
	}, waiting)
	if err != nil {
		t.Fatal(err)
	}
	// What was acknowledged stays, even without a goodbye.
	first.kill()

	second := start(t, "--db-filename", database, "-n", "hoso", "-n", "training", "--retention", "90d",
		"--search-attribute", "DossierStage=Keyword", "--search-attribute", "DossierOverdue=Bool")
	c = second.client("hoso")
	both := map[string]enumspb.IndexedValueType{"DossierStage": keyword, "DossierOverdue": boolean}
	assertAttributes(t, c, "hoso", both)
	assertAttributes(t, c, "training", both)
	if got := retention(t, c, "hoso"); got != 90*24*time.Hour {
		t.Errorf("retention %s after it was given by hand, want 90 days", got)
	}
	finish(t, c)
	second.stop(syscall.SIGTERM)

	// Nothing asked for: nothing taken away.
	third := start(t, "--db-filename", database)
	c = third.client("hoso")
	assertAttributes(t, c, "hoso", both)
	if got := retention(t, c, "hoso"); got != 90*24*time.Hour {
		t.Errorf("retention %s though nobody asked, want 90 days", got)
	}
	third.stop(os.Interrupt.(syscall.Signal))

	says := fail(t, "--port", fmt.Sprint(freeport.MustGetFreePort()), "--headless", "--db-filename", database, "-n", "hoso", "--search-attribute", "DossierStage=Int")
	if !strings.Contains(says, "DossierStage is Keyword in this database, not Int") {
		t.Errorf("says %q", says)
	}
	assertPrivate(t, database)
}

// finish lets a worker carry the waiting dossier to its end, finding it by the
// attribute it was given before the restart.
func finish(t *testing.T, c client.Client) {
	t.Helper()
	w := worker.New(c, "dossier", worker.Options{})
	w.RegisterWorkflow(waiting)
	err := w.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err = poll(ctx, "the search", func(ctx context.Context) error {
		answer, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Query: "DossierStage = 'intake'"})
		if err == nil && answer.Count != 1 {
			err = fmt.Errorf("%d dossiers found", answer.Count)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = c.SignalWorkflow(ctx, "VNPHKI-250205-0001-M", "", "word", "done")
	if err != nil {
		t.Fatal(err)
	}
	var word string
	err = c.GetWorkflow(ctx, "VNPHKI-250205-0001-M", "").Get(ctx, &word)
	if err != nil || word != "done" {
		t.Errorf("dossier ended with %q, %v", word, err)
	}
}

func assertPrivate(t *testing.T, path string) {
	t.Helper()
	for _, path := range []string{path, filepath.Dir(path)} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if others := info.Mode().Perm() & 0o077; others != 0 {
			t.Errorf("%s is open to others: %s", path, info.Mode())
		}
	}
}

func TestSDKsOwnHelperStartsIt(t *testing.T) {
	t.Parallel()
	stage := temporal.NewSearchAttributeKeyKeyword("DossierStage")
	server, err := testsuite.StartDevServer(t.Context(), testsuite.DevServerOptions{
		ExistingPath:     os.Args[0],
		ClientOptions:    &client.Options{Namespace: "hoso", Logger: silent()},
		SearchAttributes: temporal.NewSearchAttributes(stage.ValueSet("")),
		DBFilename:       filepath.Join(t.TempDir(), "x.db"),
		LogLevel:         "error",
		LogFormat:        "pretty",
		EnableUI:         true,
		UIPort:           fmt.Sprint(freeport.MustGetFreePort()),
		ExtraArgs:        []string{"--exit-with-parent"},
		Stdout:           io.Discard,
		Stderr:           t.Output(),
	})
	if err != nil {
		t.Fatal(err)
	}
	assertAttributes(t, server.Client(), "hoso", map[string]enumspb.IndexedValueType{"DossierStage": keyword})
	server.Client().Close()
	err = server.Stop()
	if err != nil {
		t.Errorf("stop: %v", err)
	}
}

func TestWebPage(t *testing.T) {
	t.Parallel()
	p := start(t, "--ui-read-only", "--ip", "localhost")
	get := func(path string) (int, string) {
		answer, err := http.Get(p.ui + path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body)
	}
	if code, body := get("/"); code != http.StatusOK || !strings.Contains(body, "<html") {
		t.Errorf("page: %d %.100s", code, body)
	}
	if code, body := get("/api/v1/namespaces/default"); code != http.StatusOK || !strings.Contains(body, `"NAMESPACE_STATE_REGISTERED"`) {
		t.Errorf("page's way to Temporal: %d %.100s", code, body)
	}
	answer, err := http.Post(p.ui+"/api/v1/namespaces", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode < 400 {
		t.Errorf("a change through the read-only page: %s", answer.Status)
	}
	p.stop(syscall.SIGTERM)
	if said := p.errors.String(); said != "" {
		t.Errorf("a quiet life said %s", said)
	}
}

func TestOtherPorts(t *testing.T) {
	t.Parallel()
	httpPort, metricsPort := freeport.MustGetFreePort(), freeport.MustGetFreePort()
	p := start(t, "--headless", fmt.Sprintf("--http-port=%d", httpPort), fmt.Sprintf("--metrics-port=%d", metricsPort))
	for _, address := range []string{
		fmt.Sprintf("http://127.0.0.1:%d/api/v1/system-info", httpPort),
		fmt.Sprintf("http://127.0.0.1:%d/metrics", metricsPort),
	} {
		err := probeUI(t.Context(), address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	_, err := net.Dial("tcp", strings.TrimPrefix(p.ui, "http://"))
	if err == nil {
		t.Error("headless, yet something listens on the web page's port")
	}
	p.stop(syscall.SIGINT)
}

func TestTakenPort(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	for _, flag := range []string{"--port", "--ui-port"} {
		free := fmt.Sprint(freeport.MustGetFreePort())
		says := fail(t, "--port", free, flag, port)
		if !strings.Contains(says, flag+": 127.0.0.1:"+port+" is taken") {
			t.Errorf("%s: says %q", flag, says)
		}
	}
	free := fmt.Sprint(freeport.MustGetFreePort())
	if says := fail(t, "--port", free, "--ui-port", free); !strings.Contains(says, "is taken") {
		t.Errorf("one port for two: says %q", says)
	}
}

func TestRemoteAddressIsRefused(t *testing.T) {
	t.Parallel()
	if says := fail(t, "--ip", "0.0.0.0"); !strings.Contains(says, "--allow-remote") {
		t.Errorf("says %q", says)
	}
}

func TestOneServerPerFile(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "x.db")
	p := start(t, "--headless", "-f", database)
	says := fail(t, "--headless", "--port", fmt.Sprint(freeport.MustGetFreePort()), "-f", database)
	if !strings.Contains(says, "another server is using it") {
		t.Errorf("says %q", says)
	}
	p.stop(syscall.SIGTERM)
}

func TestStopsWithItsParent(t *testing.T) {
	t.Parallel()
	// A shell in between is the parent. The pipe is at its end when the last
	// process that holds it is gone.
	port := fmt.Sprint(freeport.MustGetFreePort())
	shell := exec.Command("sh", "-c", `"$0" server start-dev --headless --exit-with-parent --port "$1" & wait`, os.Args[0], port)
	stdout, err := shell.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	err = shell.Start()
	if err != nil {
		t.Fatal(err)
	}
	line := make([]byte, len("ready:"))
	_, err = io.ReadFull(stdout, line)
	if err != nil || string(line) != "ready:" {
		t.Fatalf("instead of the ready line: %q, %v", line, err)
	}
	_ = shell.Process.Kill()

	over := make(chan struct{})
	go func() {
		defer close(over)
		_, _ = io.Copy(io.Discard, stdout)
		_ = shell.Wait()
	}()
	select {
	case <-over:
	case <-time.After(patience):
		t.Error("the server outlives its parent")
	}
}

func TestEarlySignalIsNoError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	o := mustParse(t, "--headless", "--port", fmt.Sprint(freeport.MustGetFreePort()), "-f", filepath.Join(t.TempDir(), "x.db"))
	err := run(ctx, o, io.Discard)
	if err != nil {
		t.Errorf("stopped before it was up: %v", err)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	said, err := exec.Command(os.Args[0], "--version").Output()
	if err != nil || !strings.Contains(string(said), "(Server 1.32.1, UI 2.55.0)") {
		t.Errorf("%q, %v", said, err)
	}
}
