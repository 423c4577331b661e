package store_test

import (
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/store"
)

// unruled is the newest migration from before the rule: no program that knew
// fewer ever served anybody.
const unruled = 9

// contracting are statements that could break a program which does not know them.
var contracting = []struct {
	what    string
	pattern *regexp.Regexp
}{
	{"drops a table", regexp.MustCompile(`\bDROP\s+TABLE\b`)},
	{"drops a column", regexp.MustCompile(`\bDROP\s+COLUMN\b`)},
	{"drops an index, which may carry an ON CONFLICT", regexp.MustCompile(`\bDROP\s+INDEX\b`)},
	{"drops a default", regexp.MustCompile(`\bDROP\s+DEFAULT\b`)},
	{"drops a view", regexp.MustCompile(`\bDROP\s+VIEW\b`)},
	{"renames", regexp.MustCompile(`\bRENAME\b`)},
	{"changes a type", regexp.MustCompile(`\bALTER\s+(COLUMN\s+)?\S+\s+(SET\s+DATA\s+)?TYPE\b`)},
	{"demands a value of old rows", regexp.MustCompile(`\bSET\s+NOT\s+NULL\b`)},
	{"tightens a table", regexp.MustCompile(`\bALTER\s+TABLE\b.*\bADD\s+(CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN)\b`)},
	{"takes rows away", regexp.MustCompile(`\b(DELETE\s+FROM|TRUNCATE)\b`)},
}

var (
	comment       = regexp.MustCompile(`(?m)--.*$`)
	addColumn     = regexp.MustCompile(`\bADD\s+(COLUMN\s+)?`)
	uniqueIndex   = regexp.MustCompile(`\bCREATE\s+UNIQUE\s+INDEX\b.*?\bON\s+(\S+?)\s*\(`)
	createTable   = regexp.MustCompile(`\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\S+?)\s*\(`)
	contractMark  = regexp.MustCompile(`(?m)^-- contract of (v\d+\.\d+\.\d+): .+$`)
	raisesFloor   = regexp.MustCompile(`\bINSERT\s+INTO\s+SCHEMA_FLOOR\b`)
	migrationFile = regexp.MustCompile(`^(\d{4})_`)
)

// contractions lists what a migration takes away from programs that do not know
// it. A file marked as the contract of an earlier release may do so, if it raises
// the floor, so that a program which is too old refuses to start.
func contractions(sql string) (found []string) {
	up, _, _ := strings.Cut(sql, "-- +goose Down")
	marked := contractMark.MatchString(up)
	up = strings.ToUpper(comment.ReplaceAllString(up, ""))
	var own []string
	for _, m := range createTable.FindAllStringSubmatch(up, -1) {
		own = append(own, m[1])
	}
	for statement := range strings.SplitSeq(up, ";") {
		statement = strings.Join(strings.Fields(statement), " ")
		for _, c := range contracting {
			if c.pattern.MatchString(statement) {
				found = append(found, c.what)
			}
		}
		if strings.HasPrefix(statement, "ALTER TABLE") && addColumn.MatchString(statement) && strings.Contains(statement, "NOT NULL") &&
			!strings.Contains(statement, "SET NOT NULL") && !strings.Contains(statement, "DEFAULT") {
			found = append(found, "adds a column that old programs leave empty")
		}
		if m := uniqueIndex.FindStringSubmatch(statement); m != nil && !slices.Contains(own, m[1]) {
			found = append(found, "tightens a table by a unique index")
		}
	}
	switch {
	case len(found) > 0 && !marked:
		return found
	case len(found) > 0 && !raisesFloor.MatchString(up):
		return []string{"is a contract, and does not raise schema_floor"}
	}
	return nil
}

// Old programs meet a release's migrations first: what they use must stay.
func TestMigrationsOnlyExpand(t *testing.T) {
	t.Parallel()
	files, err := store.MigrationFiles(true)
	require.NoError(t, err)
	for _, name := range migrationNames(t, true) {
		n, err := strconv.Atoi(migrationFile.FindStringSubmatch(name)[1])
		require.NoError(t, err)
		if n <= unruled {
			continue
		}
		raw, err := fs.ReadFile(files, name)
		require.NoError(t, err)
		require.Empty(t, contractions(string(raw)), "%s: expand in one release, contract in a later one (docs/upgrade.md)", name)
	}
}

func TestContractionsShow(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		"DROP TABLE lists;":                                                "drops a table",
		"ALTER TABLE dossiers DROP COLUMN route;":                          "drops a column",
		"alter table dossiers\n  drop column route;":                       "drops a column",
		"DROP INDEX dossiers_by_code;":                                     "drops an index",
		"ALTER TABLE dossiers ALTER COLUMN route DROP DEFAULT;":            "drops a default",
		"ALTER TABLE dossiers RENAME TO cases;":                            "renames",
		"ALTER TABLE dossiers RENAME COLUMN route TO way;":                 "renames",
		"ALTER TABLE dossiers ALTER COLUMN fee TYPE TEXT;":                 "changes a type",
		"ALTER TABLE dossiers ALTER fee SET DATA TYPE TEXT;":               "changes a type",
		"ALTER TABLE dossiers ALTER COLUMN fee SET NOT NULL;":              "demands a value",
		"ALTER TABLE dossiers ADD COLUMN fee BIGINT NOT NULL;":             "adds a column that old programs leave empty",
		"ALTER TABLE dossiers ADD fee BIGINT NOT NULL;":                    "adds a column that old programs leave empty",
		"ALTER TABLE dossiers ADD CONSTRAINT positive CHECK (fee > 0);":    "tightens a table",
		"CREATE UNIQUE INDEX one ON dossiers (portal_code);":               "tightens a table by a unique index",
		"DELETE FROM lists WHERE day < '2025-01-01';":                      "takes rows away",
		"-- contract of v0.2.0: nobody reads it\nDROP TABLE lists;":        "does not raise schema_floor",
		"-- contract of some time: nobody reads it\nDROP TABLE lists;":     "drops a table",
		"-- DROP TABLE lists;\nALTER TABLE a ADD b TEXT; DROP TABLE lists": "drops a table",
	} {
		require.Len(t, contractions(sql), 1, sql)
		require.Contains(t, contractions(sql)[0], want, sql)
	}
	for _, sql := range []string{
		"CREATE TABLE marks (id BIGINT NOT NULL, note TEXT); CREATE UNIQUE INDEX marks_by_id ON marks (id);",
		"ALTER TABLE dossiers ADD COLUMN fee BIGINT;", "ALTER TABLE dossiers ADD COLUMN fee BIGINT NOT NULL DEFAULT 0;",
		"CREATE INDEX dossiers_by_route ON dossiers (route);", "UPDATE dossiers SET route = '' WHERE route IS NULL;",
		"ALTER TABLE dossiers ADD COLUMN renamed TEXT; -- RENAME is for later", "CREATE TABLE a (b TEXT);\n-- +goose Down\nDROP TABLE a;",
		"-- contract of v0.2.0: nobody reads it since\nCREATE TABLE IF NOT EXISTS schema_floor (migration BIGINT, oldest BIGINT);\nINSERT INTO schema_floor VALUES (15, 13);\nDROP TABLE lists;",
	} {
		require.Empty(t, contractions(sql), sql)
	}
}

// The migrations of a release go in while programs that do not know them work.
func TestAProgramWorksOnWhileTheSchemaExpands(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		expansion := []string{
			"ALTER TABLE dossiers ADD COLUMN of_the_future TEXT",
			"ALTER TABLE audit_entries ADD COLUMN weight BIGINT NOT NULL DEFAULT 0",
			"CREATE TABLE marks (id BIGINT PRIMARY KEY, dossier_code TEXT NOT NULL)",
			"CREATE INDEX dossiers_by_future ON dossiers (of_the_future)",
			"INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)",
		}
		for _, sql := range expansion {
			require.Empty(t, contractions(sql+";"), "the example itself only expands")
		}
		half, whole := make(chan struct{}), make(chan struct{})
		var codes []string
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range 40 {
				if i == 10 {
					close(half)
				}
				if i == 30 {
					<-whole // the last ones come after, with statements prepared before
				}
				d := f.file(filing())
				f.record(d.Code, "digitized", nil)
				codes = append(codes, d.Code)
			}
		})
		<-half
		newer := f.open(1)
		for _, sql := range expansion {
			require.NoError(t, newer.Gorm().Exec(sql).Error, sql)
		}
		close(whole)
		wg.Wait()
		require.Len(t, codes, 40)
		require.NoError(t, f.CheckMigrated(t.Context()))
		for _, code := range codes {
			require.NoError(t, f.VerifyAudit(t.Context(), code))
		}
	})
}

func TestASchemaThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		exec := func(sql string) { require.NoError(t, f.Gorm().Exec(sql).Error) }
		exec("CREATE TABLE schema_floor (migration BIGINT NOT NULL, oldest BIGINT NOT NULL)")
		exec("INSERT INTO schema_floor (migration, oldest) VALUES (9, 9)")
		require.NoError(t, f.CheckMigrated(ctx), "this program knows it")
		exec("INSERT INTO schema_floor (migration, oldest) VALUES (9999, 9998)")
		err := f.CheckMigrated(ctx)
		require.ErrorIs(t, err, store.ErrContracted)
		require.ErrorContains(t, err, "start a newer one (its migration 9999 needs programs that know 9998, this one knows ")
		exec("DELETE FROM schema_floor WHERE migration = 9999")
		exec("DELETE FROM goose_db_version WHERE version_id = 5")
		err = f.CheckMigrated(ctx)
		require.ErrorIs(t, err, store.ErrGap)
		require.ErrorContains(t, err, "use a backup (it lacks 5)")
	})
}
