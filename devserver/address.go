package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"

	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/common/testing/freeport"
)

// internalIP is where the parts of the server talk to each other, whatever
// address the outside may use.
const internalIP = "127.0.0.1"

// parseIP reads the address a flag names and refuses one that other machines
// reach: this server asks nobody who he is.
func parseIP(flag, value string, allowRemote bool) (netip.Addr, error) {
	if value == "localhost" {
		value = internalIP // Temporal binds to addresses, not names
	}
	ip, err := netip.ParseAddr(value)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("%s %q: not an IP address", flag, value)
	}
	ip = ip.Unmap()
	if !ip.IsLoopback() && !allowRemote {
		return netip.Addr{}, fmt.Errorf("%s %s: other machines could reach this server, which has no login; add --allow-remote if that is meant", flag, ip)
	}
	return ip, nil
}

// reachable is the address under which this machine itself finds ip.
func reachable(ip netip.Addr) netip.Addr {
	if !ip.IsUnspecified() {
		return ip
	}
	if ip.Is6() {
		return netip.IPv6Loopback()
	}
	return netip.MustParseAddr(internalIP)
}

func hostPort(ip string, port int) string {
	return net.JoinHostPort(ip, strconv.Itoa(port))
}

// frontend is where clients on this machine find the gRPC API.
func (o options) frontend() string { return hostPort(reachable(o.ip).String(), o.port) }

// ui is where a browser on this machine finds the web page.
func (o options) ui() string {
	return "http://" + hostPort(reachable(o.uiIP).String(), o.uiPort)
}

// internalPorts are those of the parts nobody outside talks to.
type internalPorts struct{ history, matching, worker int }

// choosePorts makes sure every public port is free, so that a taken one is a
// sentence to the user and not a fatal log line from deep inside the server,
// and picks the internal ones. All public ports are held until the last is
// chosen: thus two flags cannot name the same one, and none is given twice.
func choosePorts(o options) (internalPorts, error) {
	var held []net.Listener
	defer func() {
		for _, listener := range held {
			_ = listener.Close()
		}
	}()
	for _, public := range []struct {
		flag string
		ip   netip.Addr
		port int
	}{
		{"--port", o.ip, o.port},
		{"--ui-port", o.uiIP, o.uiPort},
		{"--http-port", o.ip, o.httpPort},
		{"--metrics-port", o.ip, o.metricsPort},
	} {
		if public.port == 0 || public.flag == "--port" && !o.plays(primitives.FrontendService) {
			continue // another process listens there
		}
		address := hostPort(public.ip.String(), public.port)
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return internalPorts{}, portError(public.flag, address, err)
		}
		held = append(held, listener)
	}
	return o.inner.chosen(), nil
}

// chosen fills in a free port wherever none was asked for.
func (p internalPorts) chosen() internalPorts {
	for _, port := range []*int{&p.history, &p.matching, &p.worker} {
		if *port == 0 {
			*port = freeport.MustGetFreePort()
		}
	}
	return p
}

func portError(flag, address string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s: %s is taken; is another server running?", flag, address)
	}
	return fmt.Errorf("%s: cannot listen on %s: %w", flag, address, err)
}
