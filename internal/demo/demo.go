package demo

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"hoso/internal/apiclient"
)

// Demo is a demonstration against a running system.
type Demo struct {
	// Server is the API's address.
	Server string
	// Token signs in as one of the cast.
	Token func(subject string) (string, error)
	// Tell hears how the dossiers move.
	Tell func(Movement)
	// Note hears what goes wrong on the way, which is tried again.
	Note func(string)
}

// Begin says under which state to go on: the folder's, or a new one if the
// register is empty. Otherwise there is nothing to show.
func (d *Demo) Begin(ctx context.Context, dir string) (s State, show bool, err error) {
	s, there, err := LoadState(dir)
	if err != nil || there {
		s.resumed = there && s.complete()
		return s, there, err
	}
	manager, err := d.as("manager")
	if err != nil {
		return s, false, err
	}
	filed, _, err := manager.Dossiers(ctx, nil)
	if err != nil || len(filed) > 0 {
		return s, false, err
	}
	s = s.begun(FirstRun)
	return s, true, s.save()
}

// Anew is a state of its own, kept in memory: samples are filed whatever the
// register holds.
func Anew() State { return State{}.begun(FirstRun + "-" + apiclient.NewKey()) }

// Filed is one sample's dossier as it stood last.
type Filed struct {
	Sample string
	apiclient.Dossier
}

// File files the samples that the state does not have yet.
func (d *Demo) File(ctx context.Context, s *State) error {
	for _, sample := range samples() {
		if s.Codes[sample.name] != "" {
			continue
		}
		code, err := d.file(ctx, s.Run, sample)
		if err != nil {
			return fmt.Errorf("file sample %s: %w", sample.name, err)
		}
		s.Codes[sample.name] = code
		if err := s.save(); err != nil {
			return err
		}
	}
	return nil
}

func (d *Demo) file(ctx context.Context, run string, s sample) (string, error) {
	clerk, err := d.as(clerkOf(s.office))
	if err != nil {
		return "", err
	}
	page, err := scan(s.page)
	if err != nil {
		return "", err
	}
	key := run + "/" + s.name
	doc, err := clerk.Scan(ctx, key+"/scan", component+".pdf", page)
	if err != nil {
		return "", err
	}
	filed, err := clerk.File(ctx, key+"/file", s.filing(doc.ID))
	return filed.Code, err
}

// Follow acts for the sample people and tells how the dossiers move, until all
// have ended or the context does. It gives each as it stood last.
func (d *Demo) Follow(ctx context.Context, s State) ([]Filed, error) {
	all := samples()
	filed := make([]Filed, len(all))
	g, ctx := errgroup.WithContext(ctx)
	for i, sample := range all {
		f := &follower{demo: d, sample: sample, code: s.Codes[sample.name], run: s.Run, resumed: s.resumed}
		g.Go(func() error {
			last, err := f.follow(ctx)
			filed[i] = Filed{Sample: sample.name, Dossier: last}
			return err
		})
	}
	return filed, g.Wait()
}

// as gives a client that acts as one of the cast.
func (d *Demo) as(subject string) (*apiclient.Client, error) {
	token, err := d.Token(subject)
	if err != nil {
		return nil, err
	}
	c, err := apiclient.New(d.Server, token)
	if err == nil {
		c.Language("vi")
	}
	return c, err
}

// How often a dossier is looked at: quickly while it moves, seldom while it
// waits.
const (
	lookFast    = 120 * time.Millisecond
	lookFastFor = 10 * time.Second
	lookSlow    = 2 * time.Second
)
