package main

// shippedRhino is shippedRuns of Rhino. A rolling restart has some 1400 single
// faults, and looks at everything before each command.
var shippedRhino = []shippedRun{
	{name: "start Rhino", runbook: "rhino/startup.star"},
	{name: "start Rhino without interlocks", runbook: "rhino/startup.star", ruleless: true, aside: true},
	{name: "start Rhino, cold", runbook: "rhino/startup.star", scenario: voice(`begins = "cold"`)},
	{name: "start Rhino, cold, to restart", runbook: "rhino/startup.star", scenario: voice(`begins = "cold"`), sets: []string{"auto_restart=True"}, aside: true},
	{name: "start Rhino 2", runbook: "rhino/startup.star", site: oldSite, aside: true},
	{name: "stop Rhino", runbook: "rhino/shutdown.star"},
	{name: "stop Rhino without interlocks", runbook: "rhino/shutdown.star", ruleless: true, aside: true},
	{name: "stop Rhino that restarts", runbook: "rhino/shutdown.star", scenario: restarting},
	{name: "stop Rhino with calls", runbook: "rhino/shutdown.star", scenario: voice(`begins = "running", activities = 40, drain = "8m"`), aside: true},
	{
		name: "stop Rhino with calls without interlocks", runbook: "rhino/shutdown.star",
		scenario: voice(`begins = "running", activities = 40, drain = "8m"`), ruleless: true, aside: true,
	},
	{name: "stop Rhino 2", runbook: "rhino/shutdown.star", site: oldSite, aside: true},
	{name: "roll Rhino", runbook: "rhino/rolling_restart.star"},
	{name: "roll Rhino without interlocks", runbook: "rhino/rolling_restart.star", ruleless: true, aside: true},
	{name: "roll Rhino under traffic", runbook: "rhino/rolling_restart.star", scenario: voice(`begins = "running", traffic = True, activities = 40, drain = "2m"`), aside: true},
	{name: "roll Rhino 2", runbook: "rhino/rolling_restart.star", site: oldSite, aside: true},
}

const (
	// oldSite has the strict rules of Rhino 2.
	oldSite = `systems = [rhino.cluster(name = "voice", home = "/opt/rhino", version = "2.6", nodes = [
    rhino.node(101, host("rhino1")),
    rhino.node(102, host("rhino2")),
    rhino.node(103, host("rhino3"), quorum = True),
])]
`
	// restarting has nodes that are started again when they crash.
	restarting = `systems = [simulate.rhino("voice", begins = "running", nodes = [
    simulate.rhino_node(101, arguments = ["-k"]),
    simulate.rhino_node(102, arguments = ["-k"]),
    simulate.rhino_node(103, quorum = True, arguments = ["-k"]),
])]
`
)

// voice is a scenario for the demo's Rhino cluster.
func voice(how string) string { return `systems = [simulate.rhino("voice", ` + how + ")]\n" }
