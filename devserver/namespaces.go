package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence"
	"go.temporal.io/server/common/persistence/serialization"
	"go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/resolver"
	"go.temporal.io/server/common/searchattribute/sadefs"
	sqliteschema "go.temporal.io/server/schema/sqlite"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	persistencespb "go.temporal.io/server/api/persistence/v1"
)

// registerNamespaces writes what the command line asks for into the database
// before the server opens it. The first client to connect then finds its
// namespace and attributes; asked for through the API they would come after
// the port is open, and a worker that starts with us would fail in between.
func registerNamespaces(ctx context.Context, o options, conf *config.SQL, logger log.Logger) error {
	serializer := serialization.NewSerializer()
	factory := sql.NewFactory(*conf, resolver.NewNoopResolver(), clusterName, logger, metrics.NoopMetricsHandler, serializer)
	defer factory.Close()
	store, err := factory.NewMetadataStore()
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	manager := persistence.NewMetadataManagerImpl(store, serializer, logger, clusterName)
	defer manager.Close()

	for _, name := range o.namespaces {
		err = registerNamespace(ctx, manager, name, o)
		if err != nil {
			return fmt.Errorf("namespace %q: %w", name, err)
		}
	}
	return nil
}

// registerNamespace creates the namespace or adds what it lacks. It takes
// nothing away: an attribute no longer asked for may still be on old dossiers.
func registerNamespace(ctx context.Context, manager persistence.MetadataManager, name string, o options) error {
	found, err := manager.GetNamespace(ctx, &persistence.GetNamespaceRequest{Name: name})
	var missing *serviceerror.NamespaceNotFound
	if errors.As(err, &missing) {
		return createNamespace(ctx, manager, name, o)
	}
	if err != nil {
		return err
	}
	before := proto.CloneOf(found.Namespace)
	err = amend(found.Namespace.Config, o, o.setRetention)
	if err != nil || proto.Equal(before, found.Namespace) {
		return err
	}
	found.Namespace.ConfigVersion++
	// Caches go by this number; the store wants the one in force.
	metadata, err := manager.GetMetadata(ctx)
	if err != nil {
		return err
	}
	return manager.UpdateNamespace(ctx, &persistence.UpdateNamespaceRequest{
		Namespace:           found.Namespace,
		IsGlobalNamespace:   found.IsGlobalNamespace,
		NotificationVersion: metadata.NotificationVersion,
	})
}

func createNamespace(ctx context.Context, manager persistence.MetadataManager, name string, o options) error {
	// Upstream fills in everything a namespace needs; its way of spreading
	// attributes over columns depends on map order, so that stays ours.
	created, err := sqliteschema.NewNamespaceConfig(clusterName, name, false, nil)
	if err != nil {
		return err
	}
	err = amend(created.Detail.Config, o, true)
	if err != nil {
		return err
	}
	_, err = manager.CreateNamespace(ctx, &persistence.CreateNamespaceRequest{Namespace: created.Detail})
	return err
}

// amend puts retention and attributes into a namespace's configuration.
func amend(conf *persistencespb.NamespaceConfig, o options, setRetention bool) (err error) {
	if setRetention {
		conf.Retention = durationpb.New(o.retention)
	}
	conf.CustomSearchAttributeAliases, err = addAttributes(conf.CustomSearchAttributeAliases, o.attributes)
	return err
}

// addAttributes gives every attribute a column of the visibility table. Those
// columns are made in advance and numbered by type: Keyword01 to Keyword10,
// Bool01 to Bool03 and so on. An attribute keeps its column for good.
func addAttributes(aliases map[string]string, wanted map[string]enumspb.IndexedValueType) (map[string]string, error) {
	columnTypes := sadefs.GetDBIndexSearchAttributes(nil).GetCustomSearchAttributes()
	result := maps.Clone(aliases)
	if result == nil {
		result = map[string]string{}
	}
	columnOf := make(map[string]string, len(aliases))
	for column, name := range aliases {
		columnOf[name] = column
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if column, there := columnOf[name]; there {
			if columnTypes[column] != wanted[name] {
				return nil, fmt.Errorf("search attribute %s is %s in this database, not %s", name, columnTypes[column], wanted[name])
			}
			continue
		}
		column, ok := freeColumn(columnTypes, result, wanted[name])
		if !ok {
			return nil, fmt.Errorf("search attribute %s: every column of type %s is taken", name, wanted[name])
		}
		result[column] = name
	}
	return result, nil
}

func freeColumn(types map[string]enumspb.IndexedValueType, taken map[string]string, wanted enumspb.IndexedValueType) (string, bool) {
	for _, column := range slices.Sorted(maps.Keys(types)) {
		if _, used := taken[column]; !used && types[column] == wanted {
			return column, true
		}
	}
	return "", false
}
