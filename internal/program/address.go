package program

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
)

// CheckAddress refuses an address to listen on that is none, or that other
// machines could reach although nobody asked for that. name is what the user
// called it.
func CheckAddress(name, address string, remote bool) error {
	host, port, err := net.SplitHostPort(address)
	if _, none := strconv.ParseUint(port, 10, 16); err != nil || none != nil {
		return fmt.Errorf("configuration: %s must be host:port, such as 127.0.0.1:8080", name)
	}
	if remote || loopback(host) {
		return nil
	}
	return fmt.Errorf("configuration: %s would let other machines in: listen on 127.0.0.1, or set HOSO_ALLOW_REMOTE=on (--allow-remote)", name)
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// URLOf is the address by which a listener is reached from this machine.
func URLOf(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "http://" + address
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
