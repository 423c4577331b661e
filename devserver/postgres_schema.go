package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/blang/semver/v4"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence"
	"go.temporal.io/server/common/persistence/serialization"
	"go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/resolver"
	v12 "go.temporal.io/server/schema/postgresql/v12"
	"go.temporal.io/server/tools/common/schema"
	sqltool "go.temporal.io/server/tools/sql"
)

// postgresSchema is one of upstream's two versioned schemas, and the database
// that is to have it.
type postgresSchema struct {
	path, version string // in upstream's embedded files; the newest there
	database      *config.SQL
}

func postgresSchemas(stores databases) []postgresSchema {
	return []postgresSchema{
		{"postgresql/v12/temporal", v12.Version, stores.main},
		{"postgresql/v12/visibility", v12.VisibilityVersion, stores.visibility},
	}
}

// update brings a database, empty or older, to this version's schema. Upstream's
// steps are committed one by one (some indexes cannot be made in a transaction),
// and go on where they were interrupted. A newer database is refused: upstream
// would start on it, and nobody has tried how that ends.
func (s postgresSchema) update(logger log.Logger) error {
	conn, err := sqltool.NewConnection(s.database, logger)
	if err != nil {
		return fmt.Errorf("database %s: %w", s.database.DatabaseName, err)
	}
	defer conn.Close()
	err = schema.NewSetupSchemaTask(conn, &schema.SetupConfig{InitialVersion: "0.0"}, logger).Run()
	if err != nil {
		return fmt.Errorf("database %s: make version tables: %w", s.database.DatabaseName, err)
	}
	have, err := conn.ReadSchemaVersion()
	if err != nil {
		return fmt.Errorf("database %s: read schema version: %w", s.database.DatabaseName, err)
	}
	switch newer, err := compareVersions(have, s.version); {
	case err != nil:
		return fmt.Errorf("database %s: %w", s.database.DatabaseName, err)
	case newer == 0:
		return nil
	case newer > 0:
		return fmt.Errorf("database %s has schema %s, this program knows %s only: a newer Temporal made it; start that one", s.database.DatabaseName, have, s.version)
	}
	err = schema.NewUpdateSchemaTask(conn, &schema.UpdateConfig{SchemaName: s.path, TargetVersion: s.version}, logger).Run()
	if err != nil {
		return fmt.Errorf("database %s: bring schema from %s to %s: %w", s.database.DatabaseName, have, s.version, err)
	}
	return nil
}

// compareVersions is negative when a is older than b, 0 when they are the same.
func compareVersions(a, b string) (int, error) {
	x, err := semver.ParseTolerant(a)
	if err != nil {
		return 0, fmt.Errorf("schema version %q: %w", a, err)
	}
	y, err := semver.ParseTolerant(b)
	if err != nil {
		return 0, fmt.Errorf("schema version %q: %w", b, err)
	}
	return x.Compare(y), nil
}

// checkShards refuses to start with another number of shards than the database
// was made with, where a number is asked for. Upstream would keep the old one.
func checkShards(ctx context.Context, o options, database *config.SQL, logger log.Logger) error {
	if o.shards == 0 {
		return nil
	}
	serializer := serialization.NewSerializer()
	factory := sql.NewFactory(*database, resolver.NewNoopResolver(), clusterName, logger, metrics.NoopMetricsHandler, serializer)
	defer factory.Close()
	store, err := factory.NewClusterMetadataStore()
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	manager := persistence.NewClusterMetadataManagerImpl(store, serializer, clusterName, logger)
	defer manager.Close()
	found, err := manager.GetClusterMetadata(ctx, &persistence.GetClusterMetadataRequest{ClusterName: clusterName})
	var none *serviceerror.NotFound
	switch {
	case errors.As(err, &none):
		return nil
	case err != nil:
		return fmt.Errorf("read number of shards: %w", err)
	case found.HistoryShardCount != o.shards:
		return fmt.Errorf("--history-shards %d: the database was made with %d, and keeps them for good", o.shards, found.HistoryShardCount)
	}
	return nil
}
