package rhino

import "runbook/simulator/model"

// A Span is a duration drawn between two; see [model.Span].
type Span = model.Span

// Timings are how long things take. Their defaults stand in defaults.go.
type Timings struct {
	Launch       Span // step 1 of a node's start: the host launches the process
	Configure    Span // step 2: the node generates and reads its configuration
	Check        Span // step 3: it checks whether it should become part of the primary component
	Join         Span // step 4: it enters the primary component that it can see
	Load         Span // step 5: the one node that does loads the state from PostgreSQL
	Copy         Span // step 5: every other copies it from a node that has it
	MachineMlets Span // step 6: the per-machine m-lets, on the first node of a machine
	NodeMlets    Span // step 6: the per-node m-lets
	Ready        Span // step 7: until management commands are taken

	SLEEStart      Span // Starting to Running
	SLEEStop       Span // Stopping to Stopped, besides the draining
	ShutDown       Span // from a management command to the end of the process
	ShutDownLimit  Span // after which a process that does not end is given up, with status 4
	FailureDetect  Span // until the others know that a node is gone
	AutoRestart    Span // until -k starts a node again
	Convergence    Span // after which a state that has not converged raises an alarm
	Recheck        Span // between two tries to converge
	BootLock       Span // how long a node waits for the lock that one node holds in its steps 5 and 6; none: there is no lock
	DatabaseTry    Span // until a node gives up connecting to PostgreSQL
	Console        Span // start of a console
	ConsoleCommand Span // one command of a console
	ConsolePoll    Span // between two looks of a console's waiting commands
}

// Instant are Timings in which nothing takes time, but that -k waits and that
// convergence is looked at again as always.
func Instant() Timings {
	var t Timings
	for _, s := range timingSettings {
		*s.Field(&t) = model.None
	}
	t.AutoRestart, t.Convergence, t.Recheck, t.ConsolePoll = Span{}, Span{}, Span{}, Span{}
	return t
}
