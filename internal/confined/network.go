package confined

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"time"

	"hoso/internal/scan"
)

// probed is what a child sees of the walls around it.
type probed struct {
	// Interfaces are the networks that are up; without a network there are none.
	Interfaces int `json:"interfaces"`
}

func probe(context.Context, *child) (any, error) {
	var p probed
	all, err := net.Interfaces()
	for _, i := range all {
		if i.Flags&net.FlagUp != 0 {
			p.Interfaces++
		}
	}
	return p, err
}

// confinement tries once how much of its surroundings a child can be denied
// here, the most first.
func (c *Checker) confinement() confinement {
	c.net.Do(func() {
		for _, how := range confinements {
			c.how = how
			if c.works(how) {
				return
			}
		}
	})
	return c.how
}

// works says whether a child so confined answers, and is as alone as it should be.
func (c *Checker) works(how confinement) bool {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return false
	}
	defer null.Close() //nolint:errcheck // only read
	p, err := c.launch(null, how)
	if err != nil {
		return false
	}
	late := time.AfterFunc(probeWithin, p.kill)
	o, err := json.Marshal(order{Job: "probe", Profile: scan.Profile{}, Limits: c.o.Limits})
	var r reading
	if err == nil {
		r = p.read(append(o, '\n'), c.o.Limits.AnswerBytes)
	}
	late.Stop()
	p.kill()
	p.wait()
	var a answer
	var seen probed
	if r.err != nil || json.Unmarshal(r.answer, &a) != nil || json.Unmarshal(a.Result, &seen) != nil {
		return false
	}
	return !how.noNetwork() || seen.Interfaces == 0
}

// probeWithin bounds the first trial; it is no limit on files.
const probeWithin = 20 * time.Second

// State says in a few words how children run on this machine, and whether that
// is all that it should be.
func (c *Checker) State() (words string, whole bool) {
	how := c.confinement()
	switch {
	case !limited:
		return "files are read in a child process with a time limit only: this system has no other limits that we know how to set", false
	case !how.noNetwork():
		return "files are read in a child process with limits, but the system does not allow to take the network from it (user namespaces)", false
	}
	return "files are read in a child process without a network", true
}
