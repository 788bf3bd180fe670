package rhino

import "strconv"

// Conventions are the names of files, options and words that a site may have
// otherwise. In them {base} stands for Config.Home, {home} for the directory of
// a node, and {id} for its id; a relative path is below the one or the other.
// "none" stands for no words at all.
type Conventions struct {
	NodeHome          string // directory of a node that names none
	StartScript       string // starts a node
	StopScript        string // stops one
	StopArguments     string // of StopScript: takes a node out of the cluster; words, {id} is any
	StopCluster       string // of StopScript: shuts the whole cluster down
	KillArguments     string // of StopScript: ends this node's JVM
	MakePrimaryScript string // makes a node create the primary component at its next start
	ControlScript     string // rhino.sh
	Console           string
	SleeScript        string // slee.sh
	CreateNodeScript  string
	HaltFile          string
	PidFile           string
	PrimaryFile       string // by which a node remembers the primary component
	Log               string
	StartLog          string // to which rhino.sh and consolelog.sh append the console
	RhinoEnv          string // read by rhino.sh
	StartSLEE         string // arguments that rhino.sh starts an event-router node with
	StartQuorum       string // arguments that rhino.sh starts a quorum node with
	Java              string // the program that a node's JVM shows as
	ReadyLine         string // in Log when a node is ready
	Process           string // in the command line of a node's JVM
	ProcessHome       string // in it, too, to tell nodes from each other; "none" for nothing
	AlarmsCommand     string // of the console: lists the active alarms
	NoAlarms          string // what it answers if there are none
	NotConnected      string // what a console says that cannot reach a node
	LoginFailed       string // and one whose user is refused
	UnknownCommand    string // and one that does not know the command
}

// path is a file of the node's directory that a convention names.
func (n *node) path(convention string) string {
	return expand(convention, n.spec.Dir, n.c.Home, n.spec.Dir, n.name)
}

// DefaultDir is the directory of a node that names none.
func (c *Cluster) DefaultDir(id int) string {
	return expand(c.Conventions.NodeHome, c.Home, c.Home, c.Home, strconv.Itoa(id))
}

// shared is a file of the installation that a convention names.
func (c *Cluster) shared(convention string) string {
	return expand(convention, c.Home, c.Home, c.Home, "")
}
