package main

import (
	"cmp"
	"fmt"
	"time"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
)

const (
	// clusterName is written into the database and must not change. It is the
	// temporal CLI's too, so that either can open the other's file.
	clusterName = "active"

	// historyShards is fixed for the life of a database; one made with
	// another number keeps it. Four let four dossiers be worked on at once
	// where one lock would do them in turn.
	historyShards = 4

	// How the server's configuration names its two stores.
	mainStore, visibilityStore = "main", "visibility"
)

// everyService are the four roles of Temporal.
var everyService = []primitives.ServiceName{
	primitives.FrontendService, primitives.HistoryService, primitives.MatchingService, primitives.WorkerService,
}

// databases say where the histories lie, and what is searched; SQLite has both
// in one file.
type databases struct{ main, visibility *config.SQL }

// newServer puts those services of Temporal into this process that it is to play.
func newServer(o options, ports internalPorts, stores databases, logger log.Logger) (temporal.Server, error) {
	hosts := map[primitives.ServiceName]static.Hosts{
		primitives.FrontendService: static.SingleLocalHost(o.frontend()),
		primitives.HistoryService:  static.SingleLocalHost(hostPort(internalIP, ports.history)),
		primitives.MatchingService: static.SingleLocalHost(hostPort(internalIP, ports.matching)),
		primitives.WorkerService:   static.SingleLocalHost(hostPort(internalIP, ports.worker)),
	}
	server, err := temporal.NewServer(
		temporal.WithConfig(serverConfig(o, ports, stores)),
		temporal.ForServices(serviceNames(o.services)),
		// A fixed list of hosts, each the only one, saves the gossip protocol.
		temporal.WithStaticHosts(hosts),
		temporal.WithDynamicConfigClient(o.dynamic),
		temporal.WithLogger(logger),
		// Whoever reaches the port may do everything; address.go keeps it to
		// this machine.
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper {
			return authorization.NewNoopClaimMapper()
		}),
	)
	if err != nil {
		return nil, fmt.Errorf("set up Temporal: %w", err)
	}
	return server, nil
}

func serviceNames(services []primitives.ServiceName) []string {
	names := make([]string, 0, len(services))
	for _, service := range services {
		names = append(names, string(service))
	}
	return names
}

func serverConfig(o options, ports internalPorts, stores databases) *config.Config {
	archival := config.Archival{
		History:    config.HistoryArchival{State: config.ArchivalDisabled},
		Visibility: config.VisibilityArchival{State: config.ArchivalDisabled},
	}
	return &config.Config{
		Global: config.Global{
			Membership: config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: internalIP},
			Metrics:    metricsConfig(o),
		},
		Persistence: config.Persistence{
			DefaultStore:     mainStore,
			VisibilityStore:  visibilityStore,
			NumHistoryShards: cmp.Or(o.shards, historyShards),
			DataStores:       map[string]config.DataStore{mainStore: {SQL: stores.main}, visibilityStore: {SQL: stores.visibility}},
		},
		ClusterMetadata: clusterConfig(o),
		Services: map[string]config.Service{
			string(primitives.FrontendService): {RPC: config.RPC{GRPCPort: o.port, HTTPPort: o.httpPort, BindOnIP: o.ip.String()}},
			string(primitives.HistoryService):  internalService(ports.history),
			string(primitives.MatchingService): internalService(ports.matching),
			string(primitives.WorkerService):   internalService(ports.worker),
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		PublicClient:        config.PublicClient{HostPort: o.frontend()},
		Archival:            archival,
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: config.ArchivalDisabled},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: config.ArchivalDisabled},
		}},
	}
}

func internalService(port int) config.Service {
	return config.Service{RPC: config.RPC{GRPCPort: port, BindOnIP: internalIP}}
}

// metricsConfig is nil when nobody asked: counting costs memory too.
func metricsConfig(o options) *metrics.Config {
	if o.metricsPort == 0 {
		return nil
	}
	return &metrics.Config{Prometheus: &metrics.PrometheusConfig{
		ListenAddress: hostPort(o.ip.String(), o.metricsPort),
		HandlerPath:   "/metrics",
	}}
}

// clusterConfig describes a cluster of one. Its id is drawn at the first start
// and kept in the database.
func clusterConfig(o options) *cluster.Config {
	self := cluster.ClusterInformation{
		Enabled:                true,
		InitialFailoverVersion: 1,
		RPCAddress:             o.frontend(),
	}
	if o.httpPort != 0 {
		self.HTTPAddress = hostPort(reachable(o.ip).String(), o.httpPort)
	}
	return &cluster.Config{
		FailoverVersionIncrement: 10,
		MasterClusterName:        clusterName,
		CurrentClusterName:       clusterName,
		ClusterInformation:       map[string]cluster.ClusterInformation{clusterName: self},
	}
}
