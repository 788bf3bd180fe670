package simulator

import "runbook/simulator/rhino"

// This file is the reference of simulate.* and fault.* for Rhino clusters and
// hosts. A test holds it to the code.

var rhinoBuiltins = []builtin{
	{rhinoDoc(), newRhino},
	{Doc{
		Name: "simulate.rhino_node", Summary: "A node of a Rhino cluster: one process and its directory on a host.",
		Params: []Param{
			{"id", "int", "", "the node's id"},
			{"host", "string", "the site's, by id; without one host1 and up", "the machine it is on, by name"},
			{"quorum", "bool", "as the site says", "whether it is a quorum node"},
			{"begins", choiceOf(rhinoNodeStates...), "as the cluster begins", "new never booted; stopped was shut down by a management command; halted was killed with stop-rhino.sh; crashed ended unexpectedly; running is ready"},
			{"slee", choiceOf("stopped", "running"), "as desired", "state of the SLEE of a node that begins running"},
			{"desired", choiceOf("stopped", "running"), "none of its own", "its own desired state of the SLEE"},
			{"dir", "string", "as the conventions say", "its directory"},
			{"arguments", "list of strings", "none", `what a node that begins running was started with: ["-k"]`},
			{"port", "int", "1199, and 100 more for each further node on the host", "of its management registry"},
		},
	}, newRhinoNode},
	{Doc{
		Name: "simulate.rhino_service", Summary: "A service that is deployed in a Rhino cluster.",
		Params: []Param{
			{"name", "string", "", "of its id"},
			{"vendor", "string", "", "of its id"},
			{"version", "string", "", "of its id"},
			{"active", "bool", "True", "its desired state at the beginning"},
		},
	}, newRhinoService},
	{Doc{
		Name: "simulate.rhino_entity", Summary: "A resource adaptor entity of a Rhino cluster.",
		Params: []Param{{"name", "string", "", "its name"}, {"active", "bool", "True", "its desired state at the beginning"}},
	}, newRhinoEntity},
	{Doc{
		Name: "simulate.host", Summary: "A machine on which commands run: with a POSIX shell, the usual small tools, and files in memory.",
		Params: []Param{
			{"name", "string", "", "how the site and the faults call it"},
			{"begins", choiceOf("up", "down"), `"up"`, "whether it has power"},
			{"slow", "float", "1", "how many times as long everything takes on it"},
			{"full", "bool", "False", "whether its disk is full"},
			{"files", "dict of texts", "those of the system and of Rhino", `files that are there besides, by absolute path; one that begins with "#!" can be run`},
			{"user", "string", `"rhino"`, "who runs all commands"},
			{"shell", choiceOf("/bin/sh", "/bin/bash"), `"/bin/sh"`, "what takes a command that is a line"},
			{"latency", "span", `("10ms", "30ms")`, "how long a command and its answer travel together"},
		},
	}, newHost},
}

func rhinoDoc() Doc {
	return Doc{
		Name: "simulate.rhino", Summary: "A Rhino cluster, as its scripts and rhino-console show it. What it leaves out is as the site says of the system " +
			"of that name. Where the evidence about the real one ends, names, texts, timings and behaviour can be chosen; their names and defaults are listed in the reference of settings.",
		Params: []Param{
			{"name", "string", "", "how the site and the faults call it"},
			{"begins", choiceOf("stopped", "running", "cold"), `"stopped"`, "how all begins that says nothing else: stopped has existed and was shut down; cold never booted, and no node has a primary component configuration"},
			{"nodes", "int, or list of simulate.rhino_node", "the site's, or 101 and 102 and the quorum node 103", "the nodes; a number means 101 and up, none of them a quorum node unless the site says so"},
			{"home", "string", `the site's, or "/opt/rhino"`, "where Rhino is installed on every host"},
			{"version", "string", `the site's, or "3.2"`, "2 and what begins with it has the strict rules, 3 desired states"},
			{"desired", choiceOf("stopped", "running"), "running if it begins running, else stopped", "default desired state of the SLEE, from 3.0 on"},
			{"traffic", "bool", "False", "whether calls must be served at every moment, as in a rolling restart; the SLEE stopped on every node is a hazard then"},
			{"activities", "int", "0", "live activities on each node whose SLEE runs"},
			{"drain", "duration", `"0s"`, "how long they take to end once the SLEE stops"},
			{"services", "list of simulate.rhino_service", "none", "what is deployed"},
			{"entities", "list of simulate.rhino_entity", "none", "resource adaptor entities"},
			{"selector", choiceOf(string(rhino.Voting), string(rhino.TwoNode)), `"voting"`, "how a component knows that it is the primary one"},
			{"username", "string", `"admin"`, "who may use rhino-console"},
			{"password", "string", `"password"`, "what it takes; it is no secret"},
			{"latency", "span", "that of each host", "how long a command and its answer travel together, on hosts that say nothing else"},
			{"conventions", "dict of texts", "the site's, or as the settings say", `names of files and options: {"halt_file": "work/halt_file"}`},
			{"timings", "dict of spans", "as the settings say", `how long things take: {"join": ("2s", "5s")}`},
			{"texts", "dict of texts", "as the settings say", "words of the vendor that nobody has seen"},
			{"behaviour", "dict of words", "as the settings say", `what a real one may do in either way: {"reform": "any"}`},
		},
	}
}

var (
	rhinoNodeParam = Param{"node", "int", "", "one of the system's nodes, by id"}
	eventRouter    = Param{"node", "int", "", "one of the system's event-router nodes, by id"}
	codeParam      = Param{"code", "int", "134, a bug of the JVM", "its exit status; 3 is a shutdown by the watchdog"}
	consoleHost    = Param{"host", "string", "every host", "where the console runs"}
	timesConsoles  = Param{"times", "int", "every one", "how many consoles it spoils"}
	hostParam      = Param{"host", "string", "", "a machine, by name"}
)

var rhinoFaults = []builtin{
	{Doc{
		"fault.rhino_crashes_in_start", "The JVM of a node ends during its start, and leaves no halt file: -k starts it again.",
		[]Param{systemParam, rhinoNodeParam, {"after", "duration", `"0s"`, "how long after its start"}, codeParam, timesStarts},
	}, rhinoNodeFault(rhino.CrashesStarting)},
	{Doc{
		"fault.rhino_crashes", "The JVM of a node that is ready ends, and leaves no halt file: at a time, or some time after each time it is ready.",
		[]Param{
			systemParam, rhinoNodeParam,
			{"at", "duration", "not at a time", "when, since the beginning"},
			{"after", "duration", `"0s"`, "how long after it is ready"},
			codeParam,
			{"times", "int", "every time", "how many times"},
		},
	}, rhinoNodeFault(rhino.CrashesRunning)},
	{Doc{
		"fault.rhino_refuses_start", "A node finds a misconfiguration: it ends with status 2 and a halt file.",
		[]Param{systemParam, rhinoNodeParam, {"text", "string", "the setting misconfigured", "last line on its console"}, timesStarts},
	}, rhinoNodeFault(rhino.RefusesStart)},
	{Doc{
		"fault.rhino_never_joins", "A node waits for the primary component and does not see it, as when multicast is blocked.",
		[]Param{systemParam, rhinoNodeParam, hangsParam, timesStarts},
	}, rhinoNodeFault(rhino.NeverJoins)},
	{Doc{
		"fault.rhino_starts_late", "Every step of a node's start takes longer.",
		[]Param{systemParam, rhinoNodeParam, {"by", "duration", "", "how much longer"}, timesStarts},
	}, rhinoNodeFault(rhino.StartsLate)},
	{Doc{
		"fault.rhino_hangs_in_shutdown", "A node that is shut down does not end before its own time limit, and then with status 4.",
		[]Param{systemParam, rhinoNodeParam, {"times", "int", "every one", "how many shutdowns it spoils"}},
	}, rhinoNodeFault(rhino.HangsInShutdown)},
	{Doc{
		"fault.rhino_database_gone", "PostgreSQL cannot be reached.", []Param{systemParam, atParam, lastsParam},
	}, rhinoDatabaseGone},
	{Doc{
		"fault.slee_stuck", "The SLEE of a node stays in Stopping: its activities do not end.", []Param{systemParam, eventRouter, hangsParam, timesStops},
	}, sleeFault(rhino.StuckStopping)},
	{Doc{
		"fault.slee_start_stuck", "The SLEE of a node stays in Starting: a startup task does not end.", []Param{systemParam, eventRouter, hangsParam, timesStarts},
	}, sleeFault(rhino.StuckStarting)},
	{Doc{
		"fault.slee_start_fails", "A startup task of the SLEE fails: it goes from Starting to Stopping and is stopped.",
		[]Param{systemParam, eventRouter, timesStarts},
	}, sleeFault(rhino.StartFails)},
	{Doc{
		"fault.console_slow", "A rhino-console takes longer to start.",
		[]Param{systemParam, {"by", "duration", "", "how much longer"}, consoleHost, atParam, lastsParam, timesConsoles},
	}, consoleFault(rhino.ConsoleSlow)},
	{Doc{
		"fault.console_refused", "The login of rhino-console is refused.", []Param{systemParam, consoleHost, atParam, lastsParam, timesConsoles},
	}, consoleFault(rhino.ConsoleRefused)},
}

var hostFaults = []builtin{
	{Doc{
		"fault.host_down", "A machine has no power: its processes are gone, its files stay. When it is over, the machine has booted.",
		[]Param{hostParam, atParam, lastsParam},
	}, hostFault(HostDown)},
	{Doc{
		"fault.host_slow", "Everything takes longer on a machine.",
		[]Param{hostParam, {"factor", "float", "", "how many times as long"}, atParam, lastsParam},
	}, hostFault(HostSlow)},
	{Doc{
		"fault.host_disk_full", "The disk of a machine is full.", []Param{hostParam, atParam, lastsParam},
	}, hostFault(HostFull)},
	{Doc{
		"fault.host_cut", "No packet gets to a machine or away from it; its processes go on.", []Param{hostParam, atParam, lastsParam},
	}, hostFault(HostCut)},
}
