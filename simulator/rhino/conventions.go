package rhino

// Conventions are the names of files and options that a site may have
// otherwise. Paths are relative: those of a node to its directory, the others
// to Config.Home. {id} stands for a node's id.
type Conventions struct {
	NodeDir       string // of a node, in Config.Home
	Start         string // the script that starts a node, in its directory
	Stop          string // the script that stops one
	MakePrimary   string // the script that makes a node create the primary component at its next start
	HaltFile      string
	PIDFile       string
	Log           string
	ConsoleLog    string
	PrimaryMarker string // the file by which a node remembers the primary component
	Console       string
	RhinoSh       string
	SleeSh        string
	CreateNode    string
	RhinoEnv      string
	StopNode      string // option of Stop: clean removal of a node; the id follows
	StopCluster   string // option of Stop: shutdown of the whole cluster
	StopKillFlag  string // option of Stop: end of this node's JVM
	StartSLEE     string // arguments that rhino.sh starts an event-router node with
	StartQuorum   string // arguments that rhino.sh starts a quorum node with
	Java          string // the program that a node's JVM shows as
	ReadyLine     string // in Log when a node is ready
}
