package program

import (
	"errors"
	"fmt"
	"regexp"

	"hoso/api"
)

// DefaultDeployment is the worker deployment that `hoso promote` means unless
// told otherwise.
const DefaultDeployment = "dossier"

// revisionLength is how much of a commit's hash makes a build id.
const revisionLength = 12

var (
	deploymentName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)
	buildID        = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)
)

// checkVersioning refuses names that Temporal would not take, and a versioned
// worker that does not know which build it is.
func (c *Config) checkVersioning() error {
	if c.BuildID == "" {
		c.BuildID = ownBuild(api.BuildInfo().Revision)
	}
	switch {
	case c.Deployment != "" && !deploymentName.MatchString(c.Deployment):
		return errors.New("configuration: HOSO_DEPLOYMENT must be lower-case letters, digits and hyphens, such as dossier")
	case c.BuildID != "" && !buildID.MatchString(c.BuildID):
		return errors.New("configuration: HOSO_BUILD_ID must be letters, digits, dots, hyphens and underscores, such as v0.1.0")
	case c.Deployment != "" && c.BuildID == "":
		return errors.New("configuration: HOSO_DEPLOYMENT needs HOSO_BUILD_ID: this program does not know from which commit it was built")
	}
	return nil
}

// ownBuild is the build id that follows from the commit.
func ownBuild(revision string) string { return revision[:min(len(revision), revisionLength)] }

// versioning says in words as what the worker polls.
func (c *Config) versioning() string {
	if c.Deployment == "" {
		return "unversioned"
	}
	return fmt.Sprintf("build %s of deployment %s", c.BuildID, c.Deployment)
}
