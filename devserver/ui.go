package main

import (
	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
)

// startUI serves Temporal's web page and returns what stops it.
//
// Should its port be taken between our look and now, upstream ends the whole
// program with exit code 1 and a line that says so.
func startUI(o options) (stop func()) {
	host := o.uiIP.String()
	if o.uiIP.Is6() {
		host = "[" + host + "]" // upstream only puts a colon between host and port
	}
	server := uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
		Host:                host,
		Port:                o.uiPort,
		TemporalGRPCAddress: o.frontend(),
		EnableUI:            true,
		// Whoever names a namespace works in it.
		DefaultNamespace:    o.namespaces[len(o.namespaces)-1],
		DisableWriteActions: o.uiReadOnly,
		Codec:               uiconfig.Codec{Endpoint: o.codecEndpoint},
		// There is no TLS on the loopback, and without it a browser keeps no
		// "secure" cookie, which the protection against forged requests needs.
		CORS:     uiconfig.CORS{CookieInsecure: true},
		HideLogs: true,
		// Neither page nor server asks the internet for anything.
		DisableNewsFetch:   true,
		NotifyOnNewVersion: false,
	}))
	go func() { _ = server.Start() }()
	return server.Stop
}
