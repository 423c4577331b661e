// Program child is nothing but a child. Tests build it without the race detector,
// whose own memory would hide how much a file costs.
package main

import "hoso/internal/confined"

func main() { confined.Serve() }
