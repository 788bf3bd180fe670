package rhino

import (
	"path"
	"strings"
)

// Texts are what Rhino and its scripts write, to the letter where the vendor's
// documentation has it, and stand-ins for the rest; defaults.go tells which is
// which. In them {id}, {nodes}, {node}, {state}, {host}, {path}, {n}, {name},
// {command} and {text} stand for what the moment puts there.
type Texts struct {
	// start-rhino.sh.
	StartUsage, StartUnknown, StartExclusive, StartQuorum, StartCopy string
	StartCopySelf, StartPrimary, StartMarker, StartRunning           string
	StartDisk, StartCrashed, StartHalted, Misconfigured              string

	// The console output of a node, and its log.
	Launching, Configured, Checking, Waiting, Joining, Created     string
	Loading, Copying, MachineMlets, NodeMlets, DatabaseGone        string
	LockTimeout, MemberLeft, Membership, NotPrimary                string
	ThreadDump, WatchdogStuck, WatchdogTimeout, WatchdogCondition  string
	SLEEChanged, StartFailed, ShuttingDown, ShutDownLimit          string
	AlarmNodeFailure, AlarmConvergence, DatabaseLost, DatabaseBack string
	Ready, ConvergenceLog, ConvergenceAlarm                        string
	LicenseAudit                                                   string

	// stop-rhino.sh, make-primary.sh, rhino.sh, slee.sh, create-node.sh.
	StopUsage, StopKilled, StopNotRunning                                        string
	PrimaryMade, PrimaryThere                                                    string
	RhinoUsage, RhinoUnknown, RhinoStarted, RhinoNothing                         string
	RhinoStopping, RhinoExecuting, RhinoKilling, RhinoStatus, RhinoUp, RhinoDown string
	SleeUsage, CreateUsage, CreateThere, CreateDone, DumpDone                    string

	// The console.
	CannotConnect, Refused, RefusedHint, NoRoute, NoRouteHint string
	NoStub, NoStubHint, DebugHint, LoginFailed, Lost          string
	Prompt, Help, CommandUnknown, Usage, NodeUnknown          string
	StartBegun, StopBegun, Transitioned, Reassigned           string
	NotStopped, NotRunning, NoChange, NotMember, NeedsStopped string
	ShutdownAll, ShutdownNodes, ShutdownDone, ShutdownStopped string
	KillDone, RebootDone, ActualAll, DesiredAll, DesiredSet   string
	ActualNode, DesiredNode, DesiredOwn                       string
	DefaultGet, DefaultState, DefaultSet, SLEEState           string
	Converged, NodeConverged, Unconverged, NodeUnconverged    string
	Convergence, WaitTimeout, WaitDone                        string
	Copied, Removed, RemovedAll, OwnNodes, OwnNone            string
	Activating, Activated, Deactivating, Deactivated          string
	ServiceUnknown, ServicesOn, EntityUnknown, EntityState    string
	EntityStarted, EntityStopped                              string
	EntityActual, EntityDesired, Alarm, Installed, NoFile     string
	OnlyNew, OnlyOld                                          string
	ConsoleFailed                                             string // exit status of a console whose command failed
}

// put replaces the placeholders of a text, given as name, value, name, value.
func put(text string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.Contains(text, "{") {
			text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
		}
	}
	return text
}

// expand is the path that a convention stands for; a relative one is below dir.
func expand(convention, dir, base, home, id string) string {
	name := put(convention, "base", base, "home", home, "id", id)
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(dir, name)
}
