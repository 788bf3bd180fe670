package exaoperation

import "runbook/effect"

// A Behaviour is chosen where the evidence about the real one ends. Every
// field is one of the words that its comment lists, the default first.
type Behaviour struct {
	ShortNames       string // "plugins": callPlugin and getHardwareInformation take 'n11'; "everywhere", "nowhere"
	RoleDenied       string // "fault"; "unauthorized": HTTP 401
	StorageStop      string // "accept" while a database is not down; "refuse"
	OperationStop    string // "abort": stopping a database ends its operation; "refuse"; "queue": stops after it
	StartNotReady    string // "fail": a start without storage or nodes is accepted and given up; "refuse"
	NodeOn           string // "ignore" startupNode of a node that is not off; "refuse"
	NodeOff          string // "ignore" shutdownNode of a node that is off; "refuse"
	NodeStateBooting string // "fault": getNodeState of a node object that boots; "answer"
	HardwareOffline  string // "text": getHardwareInformation of a node that is not up; "fault"
	NoMaster         string // "unreachable" when no candidate can run EXAoperation; "gateway": 501 while any node is up
	Failback         string // "stay": EXAoperation stays where it moved to; "return" to a license server that comes up
	LogOrder         string // "newest" entry first; "oldest"
	VolumeList       string // "list": getVolumeList; "dict"
	BackupList       string // "version": getBackupList as Config.Version has it; "id_volume", "timestamp_id"
	PluginRestart    string // "right": RESTART moves a plugin to the right namespace; "wrong": it stays in its own
	PluginBoot       string // "stopped" on a data node that has booted, if installed; "started"

	Returns Returns
}

// Returns are the values of methods whose value nobody has seen. The default is nil.
type Returns struct {
	StartupNode    effect.Value
	ShutdownNode   effect.Value
	StopEXAStorage effect.Value
	StopDatabase   effect.Value
	AddUser        effect.Value
}
