package store

import (
	"context"
	"errors"
	"fmt"
)

// ErrUnsafe means that the database is set so that a power cut could lose what
// it has acknowledged.
var ErrUnsafe = errors.New("store: unsafe durability setting")

// Setting is one durability setting as the database has it.
type Setting struct {
	Name, Value string
	Safe        bool
}

// Durability reads the settings on which "acknowledged is durable" rests.
// SQLite in WAL mode needs synchronous=FULL: with NORMAL, commits acknowledged
// before a power cut are lost.
func (s *Store) Durability(ctx context.Context) ([]Setting, error) {
	if s.postgres {
		return s.postgresDurability(ctx)
	}
	var mode string
	var sync int
	if err := s.with(ctx).Raw("PRAGMA journal_mode").Scan(&mode).Error; err != nil {
		return nil, fmt.Errorf("store: reading journal_mode: %w", err)
	}
	if err := s.with(ctx).Raw("PRAGMA synchronous").Scan(&sync).Error; err != nil {
		return nil, fmt.Errorf("store: reading synchronous: %w", err)
	}
	return []Setting{
		{"journal_mode", mode, mode == "wal"},
		{"synchronous", fmt.Sprint(sync), sync >= 2},
	}, nil
}

func (s *Store) postgresDurability(ctx context.Context) ([]Setting, error) {
	var out []Setting
	for _, name := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		var value string
		if err := s.with(ctx).Raw("SELECT current_setting(?)", name).Scan(&value).Error; err != nil {
			return nil, fmt.Errorf("store: reading %s: %w", name, err)
		}
		safe := value == "on" || name == "synchronous_commit" && (value == "remote_write" || value == "remote_apply" || value == "local")
		out = append(out, Setting{name, value, safe})
	}
	return out, nil
}

// CheckDurable refuses a database that is not safe.
func (s *Store) CheckDurable(ctx context.Context) error {
	settings, err := s.Durability(ctx)
	if err != nil {
		return err
	}
	for _, set := range settings {
		if !set.Safe {
			return fmt.Errorf("%w: %s is %s: %s", ErrUnsafe, set.Name, set.Value, s.remedy(set.Name))
		}
	}
	return nil
}

// remedy says what to do about an unsafe setting.
func (s *Store) remedy(name string) string {
	if !s.postgres {
		return "open the file with journal_mode=WAL and synchronous=FULL, as hoso does by itself"
	}
	return fmt.Sprintf("set %s = on for the server, the database and the role, and in HOSO_DATABASE_URL, and restart", name)
}
