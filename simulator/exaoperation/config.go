package exaoperation

import "time"

// A Config is how a cluster begins and what goes wrong with it. The zero value
// of every field is its default, and [Defaults] is a Config with all of them
// filled in; defaults.go says where each comes from. In the lists, nil is the
// default and a list without elements is none at all.
type Config struct {
	Name     string    // how messages call the cluster; "cluster1"
	BasePath string    // path of the cluster's own object; "/cluster1"
	Start    time.Time // wall clock at time 0; 2024-01-01 00:00:00 UTC
	Version  string    // of EXASuite, "X.Y.Z"; decides texts and shapes that differ by version
	Begin    Begin     // state of everything that says nothing else; [Stopped]

	LicenseServers []Node       // n0010
	Nodes          []Node       // n0011 to n0014; one node named like a license server is a single-node installation
	Master         string       // node that runs EXAoperation; the first license server
	Candidates     []string     // nodes that may run EXAoperation, best first; license servers, then nodes
	Entry          string       // node whose address clients use; "" if any node that is up answers them
	Users          []User       // admin, password admin, role Master
	Databases      []Database   // exa_db1 on all nodes
	Volumes        []Volume     // one data volume for each database that names none, and one archive volume
	Disks          []Disk       // of every node: d00_os, d01_swap, d02_data, d03_storage
	Plugins        []Plugin     // none
	LogServices    []LogService // logservice1, which sees everything
	BucketFS       []string     // "bfsdefault", each with the bucket "default"

	Timings   Timings
	Texts     Texts
	Behaviour Behaviour
	Faults    Faults
}

// Begin is a state of the whole cluster to begin in.
type Begin string

const (
	Stopped Begin = "stopped" // license servers up and just booted, nodes off, storage down, databases in setup
	Running Begin = "running" // everything is up
	Cold    Begin = "cold"    // as Stopped, but the license servers have just been switched on
)

// Power is the state a node begins in.
type Power string

const (
	PowerOff     Power = "off"
	PowerBooting Power = "booting" // was switched on at time 0
	PowerOn      Power = "on"
)

// Flag is what a node does at its next boot.
type Flag string

const (
	Active    Flag = "active"
	ToInstall Flag = "to_install" // its disks are made anew: their data is lost
	ToWipe    Flag = "to_wipe"    // its disks are overwritten: their data is lost
)

// A Node is a data node or a license server.
type Node struct {
	Name      string        // 'n' and four digits; license servers n0002 to n0010, data nodes from n0011
	Power     Power         // as Config.Begin says
	Flag      Flag          // Active
	NoCard    bool          // there is no out-of-band card: startupNode, resetNode and poweroffNode are refused
	PoweredAt time.Duration // somebody switches it on by hand at this time; 0 if nobody does
}

// Role is what a user may do; each role may do what those before it may.
type Role string

const (
	RoleUser          Role = "User"
	RoleSupervisor    Role = "Supervisor"
	RoleAdministrator Role = "Administrator"
	RoleMaster        Role = "Master"
)

// A User may log in to EXAoperation.
type User struct {
	Login    string
	Password string
	Role     Role // RoleUser
}

// A Database is defined in EXAoperation.
type Database struct {
	Name      string        // without the prefix "db_"
	State     DatabaseState // as Config.Begin says
	Nodes     []string      // active nodes; all nodes that are not in Reserve
	Reserve   []string      // nodes that stand in for a failed one; none
	Port      int           // 8563
	Volume    string        // persistent volume; one of its own
	Version   string        // Config.Version
	Login     string        // database user for getDatabaseStatistics; "sys"
	Password  string        // its password; "exasol"
	Usage     int64         // of the persistent volume, in GiB
	Backups   []Backup      // oldest first; none
	Operation Operation     // that is under way at time 0; none
}

// DatabaseState is a state a database can begin in.
type DatabaseState string

const (
	DatabaseNone     DatabaseState = "none"     // defined, not created
	DatabaseSetup    DatabaseState = "setup"    // created, stopped
	DatabaseStartup  DatabaseState = "startup"  // was told to start just now
	DatabaseRunning  DatabaseState = "running"  // accepts connections
	DatabaseShutdown DatabaseState = "shutdown" // was told to stop just now
)

// An Operation keeps a database busy.
type Operation struct {
	Name string        // what getDatabaseOperation answers; "" for none
	For  time.Duration // how long it takes; 0 for as long as Timings.Backup draws
}

// A Backup of a database, there at time 0.
type Backup struct {
	ID       int64         // counted from 1
	Level    int64         // 0 is a full one
	Volume   string        // archive volume; the first
	Age      time.Duration // how long before time 0 it was made
	Expires  time.Duration // how long after time 0 it expires; 0 for never
	Unusable bool
}

// VolumeKind is what a volume is for.
type VolumeKind string

const (
	VolumeData    VolumeKind = "data"
	VolumeArchive VolumeKind = "archive"
	VolumeRemote  VolumeKind = "remote" // an archive volume elsewhere
)

// A Volume of EXAStorage, or a remote one.
type Volume struct {
	Name       string     // "v0000", or "r0001" for a remote one
	Kind       VolumeKind // VolumeData
	Disk       string     // "d03_storage"
	Redundancy int        // copies of every segment; 2, or 1 on a single node
	Size       int64      // GiB; 100
	Nodes      []string   // all nodes
	Readers    []string   // logins that may see it; nil for everybody
}

// A Disk of a node, as getDiskStates shows it.
type Disk struct {
	Name, Type, Size, Free, RAID, Encryption string
	Devices                                  []string // nil is shown as 'Default'
	State, MountCount, NextFsck              string
}

// A Plugin is a package whose service can run on every node.
type Plugin struct {
	Name      string            // '<Category>.<Name>-<version>'
	Functions map[string]string // command to description; those of facts section 3
	State     PluginState       // on the license servers; PluginStarted
	OnNodes   PluginState       // on the data nodes; PluginStopped, PluginStarted if Config.Begin is Running
	Namespace Namespace         // in which it runs on the license servers; NamespaceWrong if they have just booted
}

// PluginState is the state of a plugin on a node.
type PluginState string

const (
	PluginAbsent  PluginState = "not installed"
	PluginStopped PluginState = "stopped"
	PluginStarted PluginState = "started"
)

// Namespace is the process namespace that a plugin's service was started in.
type Namespace string

const (
	NamespaceRight Namespace = "right"
	NamespaceWrong Namespace = "wrong" // started by the license server's boot
)

// A LogService shows a part of the log.
type LogService struct {
	Priority  Priority // lowest that it shows; Information
	Services  []string // nil for all
	Databases []string // nil for all
}

// Priority is how much a log entry matters.
type Priority string

const (
	Information Priority = "Information"
	Notice      Priority = "Notice"
	Warning     Priority = "Warning"
	Error       Priority = "Error"
)
