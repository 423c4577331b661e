package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/program"
)

// promoteFlags are what `hoso promote` can be told.
type promoteFlags struct {
	build               string
	ramp                float32
	unversioned, status bool
	asJSON              bool
}

func newPromote(set *settings) *cobra.Command {
	var f promoteFlags
	c := &cobra.Command{
		Use:   "promote",
		Short: "Say which build of the workers gets the work",
		Long: `Makes a build of the versioned workers the one that gets new and running dossiers,
or gives it a share of them. Workers are versioned where HOSO_DEPLOYMENT is set;
before the first promotion they get nothing, after it unversioned ones do.

A build that is unknown, that nobody polls for, or that leaves a queue unserved is
refused; so is --unversioned where no worker without a version polls. A promotion
without --ramp gives all of the work and ends any ramp; --ramp 0 only ends it, and
needs no build. --status says how a rollout stands.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(cmd.Flags().Changed("ramp")); err != nil {
				return err
			}
			return set.promote(cmd.Context(), f, cmd.Flags().Changed("ramp"))
		},
	}
	c.Flags().StringVar(&f.build, "build", "", "`id` of the build (HOSO_BUILD_ID, default: this program's)")
	c.Flags().Float32Var(&f.ramp, "ramp", 0, "share of the dossiers in `percent`; 0 takes a ramp back, whichever build has it")
	c.Flags().BoolVar(&f.unversioned, "unversioned", false, "give the work to workers without a version")
	c.Flags().BoolVar(&f.status, "status", false, "change nothing, say how the rollout stands")
	c.Flags().BoolVar(&f.asJSON, "json", false, "for machines")
	return c
}

func (f promoteFlags) check(ramped bool) error {
	switch {
	case f.status && (f.build != "" || ramped || f.unversioned):
		return errors.New("--status changes nothing: leave out --build, --ramp and --unversioned")
	case f.unversioned && (f.build != "" || ramped):
		return errors.New("--unversioned goes alone: it takes no build and no share")
	case !(f.ramp >= 0 && f.ramp <= 100): // so that what is no number is none
		return errors.New("--ramp must be between 0 and 100")
	}
	return nil
}

func (s *settings) promote(ctx context.Context, f promoteFlags, ramped bool) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	p := program.Promotion{Deployment: cmp.Or(c.Deployment, program.DefaultDeployment), Unversioned: f.unversioned}
	if takesBack := ramped && f.ramp == 0; !f.unversioned && !f.status && !takesBack {
		if p.Build = cmp.Or(f.build, c.BuildID); p.Build == "" {
			return errors.New("which build? This program does not know from which commit it was built: name it with --build")
		}
	}
	if ramped {
		p.Ramp = &f.ramp
	}
	ctx, cancel := context.WithTimeout(ctx, promoteWithin)
	defer cancel()
	t, namespace, err := c.Dial(slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer t.Close()
	if err := program.Reached(ctx, t); err != nil {
		return err
	}
	if !f.status {
		if err := program.Promote(ctx, t, namespace, p); err != nil {
			return err
		}
	}
	r, err := program.ReadRollout(ctx, t, namespace, p.Deployment)
	if err != nil {
		return err
	}
	return s.tellRollout(r, f)
}

// promoteWithin bounds a promotion; the server may take some seconds to tell
// every queue.
const promoteWithin = 30 * time.Second

func (s *settings) tellRollout(r program.Rollout, f promoteFlags) error {
	if f.asJSON {
		return json.NewEncoder(s.out).Encode(r)
	}
	fmt.Fprintln(s.out, r)
	if !f.status {
		return nil
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "build\tfirst seen\twork\told runs\tpolled by")
	for _, b := range r.Builds {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", b.ID, b.Seen.In(time.Local).Format("2006-01-02 15:04"), share(r, b.ID), cmp.Or(b.Drainage, "-"), polledBy(b))
	}
	return w.Flush()
}

// share says what part of the work a build gets.
func share(r program.Rollout, build string) string {
	switch {
	case r.Ramps && r.Ramping == build:
		return fmt.Sprintf("%g %%", r.Percent)
	case r.Current == build && r.Ramps:
		return fmt.Sprintf("%g %%", 100-r.Percent)
	case r.Current == build:
		return "all"
	default:
		return "none"
	}
}

func polledBy(b program.BuildState) string {
	var words []string
	for _, queue := range slices.Sorted(maps.Keys(b.Pollers)) {
		words = append(words, fmt.Sprintf("%s %d", queue, b.Pollers[queue]))
	}
	text := cmp.Or(strings.Join(words, ", "), "nobody")
	if len(b.Lacking) > 0 {
		text += "; never: " + strings.Join(b.Lacking, ", ")
	}
	return text
}
