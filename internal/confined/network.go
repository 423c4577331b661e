package confined

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"syscall"
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

// confinement finds out how much of its surroundings a child can be denied here,
// the most first. It is found once; an error says that it could not be told now.
func (c *Checker) confinement() (confinement, error) {
	c.trying.Lock()
	defer c.trying.Unlock()
	if c.how != nil {
		return *c.how, nil
	}
	for _, how := range confinements {
		works, err := c.works(how)
		if err != nil {
			return how, fmt.Errorf("confined: trying what the system allows: %w", err)
		}
		if works {
			c.how = &how
			return how, nil
		}
	}
	return confinement{}, errors.New("confined: no way to start a child works")
}

// refusals are how a system says that it does not allow a namespace or a fence, or
// knows none. Whatever else fails may go well the next time.
var refusals = []error{syscall.EPERM, syscall.EACCES, syscall.EINVAL, syscall.ENOSYS, syscall.ENOSPC, syscall.EOPNOTSUPP, syscall.E2BIG}

// works says whether a child so confined answers, and is as alone as it should be.
func (c *Checker) works(how confinement) (bool, error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return false, err
	}
	defer null.Close() //nolint:errcheck // only read
	p, err := c.launch(null, how, "")
	if err != nil {
		if slices.ContainsFunc(refusals, func(e error) bool { return errors.Is(err, e) }) && how != confinements[len(confinements)-1] {
			return false, nil
		}
		return false, err
	}
	late := time.AfterFunc(probeWithin, p.kill)
	o, err := json.Marshal(order{Job: "probe", Profile: scan.Profile{}, Limits: c.o.Limits})
	var r reading
	if err == nil {
		r = p.read(append(o, '\n'), c.o.Limits.AnswerBytes)
	}
	late.Stop()
	p.kill()
	state := p.wait()
	var a answer
	var seen probed
	switch err := errors.Join(err, r.err); {
	case err != nil && how.noFiles() && state != nil && state.Exited():
		return false, nil // by itself: it needs files that we do not know of
	case err != nil:
		return false, err
	}
	if json.Unmarshal(r.answer, &a) != nil || json.Unmarshal(a.Result, &seen) != nil {
		return false, errAnswer
	}
	return !how.noNetwork() || seen.Interfaces == 0, nil
}

// probeWithin bounds the first trial; it is no limit on files.
const probeWithin = 20 * time.Second

// State says in a few words how children run on this machine, and whether that
// is all that it should be.
func (c *Checker) State() (words string, whole bool) {
	how, err := c.confinement()
	switch {
	case err != nil:
		return "files cannot be read now: no child can be started", false
	case !limited:
		return "files are read in a child process with a time limit only: this system has no other limits that we know how to set", false
	case !how.noNetwork():
		return "files are read in a child process with limits, but the system does not allow to take the network from it (user namespaces)", false
	case !how.noFiles():
		return "files are read in a child process with limits and without a network, but the system does not allow to take its files from it (Landlock)", false
	}
	return "files are read in a child process without a network and without files of ours", true
}
