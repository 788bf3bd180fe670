package rhino

import (
	"fmt"
	"strings"
)

// Versions are those that this package knows, oldest first. A version of a
// cluster is one of them, or a release of one: "3.0.0.19" is a 3.0.
var Versions = []string{"2.5", "2.6", "3.0", "3.1", "3.2"}

// DefaultVersion is that of a cluster that names none.
const DefaultVersion = "3.2"

// known is the one of [Versions] that a version belongs to, "" for none.
func known(version string) string {
	for _, v := range Versions {
		if version == v || strings.HasPrefix(version, v+".") {
			return v
		}
	}
	return ""
}

func checkVersion(version string) error {
	if known(version) == "" {
		return fmt.Errorf("got %q, want one of %s, or a release of one such as \"3.0.0.19\"", version, strings.Join(Versions, ", "))
	}
	return nil
}

// Desired reports whether the cluster has the rules of 3.x: a desired state,
// which the actual state follows. In 2.x every command needs the state it begins from.
func (c *Cluster) Desired() bool { return !strings.HasPrefix(c.Version, "2.") }

// since reports that a command is not in the cluster's version.
func (c *Cluster) since(name, version, instead string) error {
	if known(c.Version) >= version {
		return nil
	}
	err := fmt.Errorf("%s: got a cluster of version %s, want %s or later", name, c.Version, version)
	if instead != "" {
		err = fmt.Errorf("%w: use %s", err, instead)
	}
	return err
}
