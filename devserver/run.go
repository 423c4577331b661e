package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.temporal.io/server/temporal"
	"go.uber.org/zap"
)

// stopTimeout bounds an orderly stop. Cutting it short loses nothing: what was
// acknowledged is on the disk, and what was not will be asked for again.
const stopTimeout = 8 * time.Second

// run is one life of the server. It ends when ctx does, and that is no error,
// however early it comes.
func run(ctx context.Context, o options, out io.Writer) error {
	for _, warning := range o.warnings {
		fmt.Fprintln(os.Stderr, "hoso-devserver: warning:", warning)
	}
	tuneMemory()
	if o.exitWithParent {
		var cancel context.CancelFunc
		ctx, cancel = whileParentLives(ctx)
		defer cancel()
	}
	err := live(ctx, o, out)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// live checks and opens what the server needs, then serves.
func live(ctx context.Context, o options, out io.Writer) error {
	ports, err := choosePorts(o)
	if err != nil {
		return err
	}
	if o.postgres != nil {
		return livePostgres(ctx, o, ports, out)
	}
	if o.database == "" {
		return serveSQLite(ctx, o, ports, out)
	}
	o.database, err = filepath.Abs(o.database)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	err = createFile(o.database)
	if err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	unlock, err := lockDatabase(o.database)
	if err != nil {
		return err
	}
	defer unlock()
	err = prepareDatabase(ctx, o)
	if err != nil {
		return err
	}
	defer tidyDatabase(o)
	return serveSQLite(ctx, o, ports, out)
}

// serveSQLite serves on a prepared file, or in memory.
func serveSQLite(ctx context.Context, o options, ports internalPorts, out io.Writer) error {
	logger, level := newLogger(o)
	database := databaseConfig(o)
	err := registerNamespaces(ctx, o, database, logger)
	if err != nil {
		return err
	}
	server, err := newServer(o, ports, databases{main: database, visibility: database}, logger)
	if err != nil {
		return err
	}
	return serve(ctx, o, server, level, out)
}

// serve runs a server that is set up, and the web page, until ctx ends.
func serve(ctx context.Context, o options, server temporal.Server, level zap.AtomicLevel, out io.Writer) error {
	err := server.Start()
	if err != nil {
		return fmt.Errorf("start Temporal: %w", err)
	}
	defer stopServer(server, level)
	if o.uiPort != 0 {
		defer startUI(o)()
	}
	err = waitReady(ctx, o)
	if err != nil {
		return err
	}
	returnMemory()
	fmt.Fprintln(out, readyLine(o))
	<-ctx.Done()
	return nil
}

// stopServer stops in order, but not for ever.
func stopServer(server temporal.Server, level zap.AtomicLevel) {
	// Services that lose each other while stopping say so at length.
	if level.Level() >= zap.WarnLevel {
		level.SetLevel(zap.FatalLevel)
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		_ = server.Stop()
	}()
	select {
	case <-stopped:
	case <-time.After(stopTimeout):
	}
}

// tidyDatabase comes last. Its failure is no failure; see foldJournal.
func tidyDatabase(o options) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = foldJournal(ctx, o)
}

// readyLine is the one line a person or a program waits for.
func readyLine(o options) string {
	line := "ready: temporal " + o.frontend()
	if len(o.services) < len(everyService) {
		line = "ready: temporal's " + strings.Join(serviceNames(o.services), ", ")
	}
	if o.uiPort != 0 {
		line += ", ui " + o.ui()
	}
	if o.postgres != nil {
		return line + ", database " + o.postgres.String()
	}
	if o.database == "" {
		return line + ", database in memory"
	}
	return line + ", database " + o.database
}
