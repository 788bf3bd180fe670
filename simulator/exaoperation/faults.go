package exaoperation

import "time"

// Faults are what goes wrong inside the cluster. What goes wrong between a
// client and the cluster is not its business.
type Faults struct {
	Nodes     []NodeFault
	Storage   []StorageFault
	Databases []DatabaseFault
	Interface []InterfaceFault
	Passwords []PasswordFault
	Services  []ServiceFault
	Plugins   []PluginFault
}

// NodeFaultKind is what is wrong with a node.
type NodeFaultKind string

const (
	NeverBoots NodeFaultKind = "never_boots" // it stays in its boot for ever
	BootsLate  NodeFaultKind = "boots_late"  // every boot takes Late longer
	FallsOver  NodeFaultKind = "falls_over"  // it loses power At, or After each end of a boot
	Suspends   NodeFaultKind = "suspends"    // of a data node: it comes up without its cluster services
	Flagged    NodeFaultKind = "flagged"     // somebody gives it the flag Flag At
)

// A NodeFault is one node's. In every fault, Times is how many times it shows,
// counted from the first; 0 is every time.
type NodeFault struct {
	Node  string
	Kind  NodeFaultKind
	Late  time.Duration // BootsLate
	At    time.Duration // FallsOver: time since the beginning; 0 to count from the boot
	After time.Duration // FallsOver: time since the end of the node's boot, if At is 0
	Times int           // boots (NeverBoots, BootsLate, FallsOver After, Suspends)
	Flag  Flag          // Flagged; ToInstall
}

// StorageFaultKind is how a start or a stop of EXAStorage goes wrong.
type StorageFaultKind string

const (
	StorageRefuses StorageFaultKind = "refuses" // startEXAStorage answers a fault
	StorageFails   StorageFaultKind = "fails"   // the start is accepted and then given up
	StorageHangs   StorageFaultKind = "hangs"   // the start is accepted and takes For longer
	StorageLost    StorageFaultKind = "lost"    // EXAStorage stops by itself At

	StorageStopHangs StorageFaultKind = "stop_hangs" // the stop is accepted and takes For longer
)

// A StorageFault spoils starts or stops of EXAStorage.
type StorageFault struct {
	Kind  StorageFaultKind
	Text  string        // of the fault; Texts.StorageFailed
	Times int           // starts or stops
	At    time.Duration // StorageLost: time since the beginning
	For   time.Duration // StorageHangs, StorageStopHangs: how much longer than usual; 0 for ever
}

// DatabaseFaultKind is what is wrong with a database.
type DatabaseFaultKind string

const (
	NotConnectible DatabaseFaultKind = "not_connectible" // it runs and accepts no connections
	StartFails     DatabaseFaultKind = "start_fails"     // a start is accepted and ends in setup
	StartHangs     DatabaseFaultKind = "start_hangs"     // a start is accepted and takes For longer
	StopHangs      DatabaseFaultKind = "stop_hangs"      // a stop is accepted and takes For longer
	Busy           DatabaseFaultKind = "busy"            // an operation begins At and takes For
	Disappears     DatabaseFaultKind = "disappears"      // its definition is gone from At on
	Crashes        DatabaseFaultKind = "crashes"         // it stops by itself At
)

// A DatabaseFault is one database's.
type DatabaseFault struct {
	Database  string
	Kind      DatabaseFaultKind
	At        time.Duration // Busy, Disappears, Crashes: time since the beginning
	For       time.Duration // Busy: how long; 0 for as long as Timings.Backup draws. NotConnectible, StartHangs, StopHangs: how much longer than usual; 0 for ever
	Operation string        // Busy: what getDatabaseOperation answers; Texts.OperationBackup
	Times     int           // NotConnectible, StartFails, StartHangs: starts; StopHangs: stops
}

// InterfaceFaultKind is what is wrong with EXAoperation itself.
type InterfaceFaultKind string

const (
	Unreachable InterfaceFaultKind = "unreachable" // nobody listens
	Gateway     InterfaceFaultKind = "gateway"     // answers 501 Gateway error
	Moves       InterfaceFaultKind = "moves"       // moves to Node at From
)

// An InterfaceFault lasts From its beginning For a while.
type InterfaceFault struct {
	Kind InterfaceFaultKind
	From time.Duration
	For  time.Duration // 0 for ever; Moves: as long as Timings.Failover draws
	Node string        // Moves
}

// A PasswordFault lets a user's right password be refused.
type PasswordFault struct {
	User string // "" for every user
	From time.Duration
	For  time.Duration // 0 for ever
}

// A ServiceFault gives a service a state other than OK.
type ServiceFault struct {
	Service string // Loggingd, Lockd, Storaged or DWAd
	State   string // Texts.ServiceDown
	From    time.Duration
	For     time.Duration // 0 for ever
}

// A PluginFault lets a plugin's command end in a status that is not 0.
type PluginFault struct {
	Plugin  string
	Node    string // "" for every node
	Command string
	Status  int64  // 256
	Text    string // Texts.PluginFailed
	Times   int    // calls
}
