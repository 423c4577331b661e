package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"hoso/internal/calendar"
	"hoso/internal/program"
	"hoso/internal/store"
)

func newCalendar(set *settings) *cobra.Command {
	c := &cobra.Command{
		Use:   "calendar",
		Short: "Check, load and ask working calendars, and count due dates anew by them",
		Long: `Working calendars are files, one per calendar and version. "hoso calendar write DIR"
gives those in force to be edited; what has changed needs a new version; "check" and
"load" name every fault; "recompute" counts the dates of open dossiers anew.`,
	}
	c.AddCommand(
		&cobra.Command{
			Use: "check DIR", Short: "Check a folder of calendar files; names the faults with file and line", Args: cobra.ExactArgs(1),
			RunE: func(_ *cobra.Command, args []string) error { return set.checkCalendars(args[0]) },
		},
		&cobra.Command{
			Use: "load DIR", Short: "Load a folder of calendar files into the register", Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error { return set.loadCalendars(cmd.Context(), args[0]) },
		},
		&cobra.Command{
			Use: "write DIR", Short: "Write the calendars in force into a folder, to be edited", Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error { return set.writeCalendars(cmd.Context(), args[0]) },
		},
		newCalendarDue(set), newRecompute(set),
	)
	return c
}

func (s *settings) checkCalendars(dir string) error {
	files, err := calendarFiles(dir)
	if err != nil {
		return err
	}
	if faults := calendar.CheckBook(files...); len(faults) > 0 {
		return s.calendarFaults(faults)
	}
	book, err := calendar.NewBook(files...)
	if err != nil {
		return err
	}
	for _, c := range book.All() {
		first, last := c.Reach()
		authorities, networks, offices := c.Serves()
		units := append(append(authorities, networks...), offices...)
		fmt.Fprintf(s.out, "%s %s: %d to %d, for %s: in order\n", c.ID(), c.Version(), first.Year(), last.Year(), strings.Join(units, ", "))
	}
	return nil
}

// calendarFaults tells the faults line by line.
func (s *settings) calendarFaults(faults program.CalendarFaults) error {
	for _, f := range faults {
		fmt.Fprintln(s.err, calendarFault(f))
	}
	fmt.Fprintf(s.err, "%d faults; what is in force stays\n", len(faults))
	return errTold
}

// calendarFault tells a fault as file:line, which editors find.
func calendarFault(f *calendar.LoadError) string {
	if f.File == "" {
		return f.Problem
	}
	where := fmt.Sprintf("%s:%d: ", f.File, max(f.Line, 1))
	if f.Entry != "" {
		where += f.Entry + ": "
	}
	return where + f.Problem
}

// calendarFiles reads the files of a folder.
func calendarFiles(dir string) ([]calendar.File, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("there is no folder %s", dir)
	}
	names, err := fs.Glob(os.DirFS(dir), "*.json")
	if err != nil {
		return nil, err
	}
	var files []calendar.File
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		files = append(files, calendar.File{Name: name, Data: data})
	}
	return files, nil
}

func (s *settings) loadCalendars(ctx context.Context, dir string) error {
	files, err := calendarFiles(dir)
	if err != nil {
		return err
	}
	return s.withRegister(ctx, func(ctx context.Context, r *store.Store) error {
		changed, err := program.LoadCalendars(ctx, r, files)
		if faults, ok := errors.AsType[program.CalendarFaults](err); ok {
			return s.calendarFaults(faults)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%d calendars new or changed\n", changed)
		if changed > 0 {
			fmt.Fprintln(s.out, "dates given before stay as they are; see `hoso calendar recompute --dry-run`")
		}
		return nil
	})
}

// writeCalendars overwrites nothing: what lies there may have been edited.
func (s *settings) writeCalendars(ctx context.Context, dir string) error {
	return s.withRegister(ctx, func(ctx context.Context, r *store.Store) error {
		book, err := program.CalendarBook(ctx, r)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		for _, f := range book.Files() {
			if err := writeNew(filepath.Join(dir, f.Name), f.Data); err != nil {
				return err
			}
			fmt.Fprintln(s.out, filepath.Join(dir, f.Name))
		}
		return nil
	})
}

func writeNew(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already and stays as it is", name)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
