package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.temporal.io/server/common/config"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"modernc.org/sqlite"
)

// Durability. "Acknowledged" must mean "on the disk": with SQLite's usual pair
// for speed, WAL and synchronous=NORMAL, a commit returns before anything is
// flushed, and cutting the power lost 11 of 200 workflow starts Temporal had
// already confirmed. With FULL it lost none. So:
//
//   - a command line that asks for less is refused (parsePragmas),
//   - every connection says WAL and FULL itself (databaseConfig),
//   - and is asked, once open, what it really does (checkDurability): a pragma
//     in the wrong place of a DSN is ignored without a word.

// pragmaText keeps pragmas to one plain name and value: the driver runs
// whatever text it is given, several statements included.
var pragmaText = regexp.MustCompile(`^[a-z_]+=[-A-Za-z0-9_]+$`)

// parsePragmas reads NAME=VALUE pairs and refuses those that make an
// acknowledged write less than durable.
func parsePragmas(pairs []string) (map[string]string, error) {
	pragmas := make(map[string]string, len(pairs))
	for _, pair := range pairs {
		name, value, err := splitPair("--sqlite-pragma", pair)
		if err != nil {
			return nil, err
		}
		name = strings.ToLower(name)
		if !pragmaText.MatchString(name + "=" + value) {
			return nil, fmt.Errorf("--sqlite-pragma %q: a plain name and a plain value are needed", pair)
		}
		switch {
		case name == "synchronous" && !slices.Contains([]string{"FULL", "EXTRA", "2", "3"}, strings.ToUpper(value)):
			return nil, fmt.Errorf("--sqlite-pragma %q: refused, acknowledged dossiers would be lost when the power fails; FULL or EXTRA", pair)
		case name == "journal_mode" && !strings.EqualFold(value, "WAL"):
			return nil, fmt.Errorf("--sqlite-pragma %q: refused, only WAL is known to keep acknowledged dossiers when the power fails", pair)
		}
		pragmas[name] = value
	}
	return pragmas, nil
}

// databaseConfig is the one place that says how Temporal opens its database.
//
// MaxConns stays at the plugin's default of one connection: Temporal's
// transactions read before they write, and two of them upgrading at once is an
// error (SQLITE_BUSY_SNAPSHOT) that no waiting heals.
func databaseConfig(o options) *config.SQL {
	if o.database == "" {
		return &config.SQL{
			PluginName: sqliteplugin.PluginName,
			// The name keeps two databases in memory apart.
			DatabaseName:      "memory-" + strconv.FormatUint(rand.Uint64(), 36),
			ConnectAttributes: map[string]string{"mode": "memory", "cache": "shared"},
		}
	}
	attributes := map[string]string{
		"mode":         "rw", // schema.go has made the file
		"journal_mode": "WAL",
		"synchronous":  "FULL",
		"busy_timeout": "10000", // ms; for a person looking in with another tool
	}
	for name, value := range o.pragmas {
		attributes[name] = value
	}
	return &config.SQL{
		PluginName: sqliteplugin.PluginName,
		// The plugin writes the name into a URI as it is.
		DatabaseName:      (&url.URL{Path: o.database}).EscapedPath(),
		ConnectAttributes: attributes,
	}
}

// openDatabase opens the same file in the same way for our own use, before
// Temporal has it and after.
func openDatabase(conf *config.SQL) (*sql.DB, error) {
	query := url.Values{}
	for name, value := range conf.ConnectAttributes {
		switch name {
		case "mode", "cache":
			query.Set(name, value)
		default:
			query.Add("_pragma", name+"="+value)
		}
	}
	db, err := sql.Open("sqlite", "file:"+conf.DatabaseName+"?"+query.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// The hook is asked about every connection this process opens, Temporal's
// above all, after its pragmas ran and before anyone uses it.
func init() { sqlite.RegisterConnectionHook(checkDurability) }

// checkDurability refuses a connection to a file that is not WAL with FULL.
func checkDurability(conn sqlite.ExecQuerierContext, dsn string) error {
	if strings.Contains(dsn, "mode=memory") || strings.Contains(dsn, ":memory:") {
		return nil // nothing to lose that was promised
	}
	journal, err := pragma(conn, "journal_mode")
	if err != nil {
		return err
	}
	synchronous, err := pragma(conn, "synchronous")
	if err != nil {
		return err
	}
	if journal != "wal" || (synchronous != "2" && synchronous != "3") {
		return fmt.Errorf("unsafe database connection: journal_mode=%s synchronous=%s, needed are wal and 2 (FULL)", journal, synchronous)
	}
	return nil
}

// pragma asks one connection for the value in force.
func pragma(conn driver.QueryerContext, name string) (string, error) {
	rows, err := conn.QueryContext(context.Background(), "PRAGMA "+name, nil)
	if err != nil {
		return "", fmt.Errorf("read pragma %s: %w", name, err)
	}
	defer func() { _ = rows.Close() }()
	value := make([]driver.Value, 1)
	err = rows.Next(value)
	if err != nil {
		return "", fmt.Errorf("read pragma %s: %w", name, err)
	}
	return fmt.Sprint(value[0]), nil
}
