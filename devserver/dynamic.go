package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"go.temporal.io/server/common/dynamicconfig"
)

// defaults is the dynamic configuration that differs from upstream's. Every
// value can be overruled with --dynamic-config-value.
//
// Not among them is frontend.WorkflowTimeSkippingEnabled: it lets any client
// make a dossier's legal deadline pass at once. Demos and tests ask for it.
func defaults() dynamicconfig.StaticClient {
	return dynamicconfig.StaticClient{
		// One network's flood must not hold up another's few dossiers. Fairness
		// is kept per partition, so one partition makes it exact; at a city's
		// volume one is also enough.
		dynamicconfig.MatchingEnableFairness.Key():              true,
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():  1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(): 1,
		// A manager may hold a dossier and let it go on.
		dynamicconfig.WorkflowPauseEnabled.Key(): true,
		// Ids longer than this are refused instead of failing later in a
		// database column of 255 characters (PostgreSQL, in production).
		dynamicconfig.MaxIDLengthLimit.Key(): 255,
		// An attribute added while the server runs is there at once. Reads then
		// go to the database instead of a cache, hence the higher limits.
		dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): true,
		dynamicconfig.FrontendPersistenceMaxQPS.Key():               10_000,
		dynamicconfig.HistoryPersistenceMaxQPS.Key():                45_000,
		// Upstream lets a namespace be searched ten times a second: one open web
		// page and one test already wait for each other.
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 100,
		// Upstream would ask a server of Temporal's for news once a day.
		dynamicconfig.EnableServerVersionCheck.Key(): false,

		// Sizes for one machine and one SQLite connection. Upstream's are made
		// for a cluster node: 512 goroutines a queue, caches of 256 MiB.
		dynamicconfig.HistoryCacheHostLevelMaxSize.Key():                        4_096,
		dynamicconfig.EventsHostLevelCacheMaxSizeBytes.Key():                    16 << 20,
		dynamicconfig.TransferProcessorSchedulerWorkerCount.Key():               32,
		dynamicconfig.TimerProcessorSchedulerWorkerCount.Key():                  32,
		dynamicconfig.VisibilityProcessorSchedulerWorkerCount.Key():             16,
		dynamicconfig.MemoryTimerProcessorSchedulerWorkerCount.Key():            8,
		dynamicconfig.ArchivalProcessorSchedulerWorkerCount.Key():               1,
		dynamicconfig.ReplicationProcessorSchedulerWorkerCount.Key():            1,
		dynamicconfig.ReplicationLowPriorityProcessorSchedulerWorkerCount.Key(): 1,
	}
}

// postgresDefaults differ in one thing: attributes are in the database before the
// server opens it, and asking anew at every read would cost each dossier.
func postgresDefaults() dynamicconfig.StaticClient {
	config := defaults()
	delete(config, dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key())
	return config
}

// dynamicConfig lays the KEY=JSON pairs over the defaults. What the server
// would silently ignore, such as a misspelt key, comes back as a warning: the
// temporal CLI accepts it too, and a key may belong to another version.
func dynamicConfig(config dynamicconfig.StaticClient, pairs []string) (dynamicconfig.StaticClient, []string, error) {
	var loader dynamicconfig.YamlLoader
	for _, pair := range pairs {
		key, value, err := splitPair("--dynamic-config-value", pair)
		if err != nil {
			return nil, nil, err
		}
		if !json.Valid([]byte(value)) {
			return nil, nil, fmt.Errorf("--dynamic-config-value %q: the value must be JSON (a text in double quotes)", pair)
		}
		// JSON is YAML, and the server's own loader knows each key's type.
		loader.LoadValue(dynamicconfig.MakeKey(key), []byte(`[{"value": `+value+`}]`))
	}
	if loader.Err() != nil {
		return nil, nil, fmt.Errorf("--dynamic-config-value: %w", loader.Err())
	}
	for key, value := range maps.All(loader.Map) {
		config[key] = value
	}
	var warnings []string
	for _, warning := range loader.Warnings {
		warnings = append(warnings, "--dynamic-config-value: "+strings.ReplaceAll(warning.Error(), "\n", " "))
	}
	return config, warnings, nil
}
