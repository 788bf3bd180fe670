package rhino_test

import (
	"fmt"
	"time"

	"runbook/simulator/host"
	"runbook/simulator/rhino"
)

// The first boot of a cluster of two nodes.
func Example() {
	fleet := host.NewFleet(host.FleetConfig{})
	defer fleet.Close()
	c, err := rhino.New(fleet, rhino.Config{
		Begin: rhino.Cold,
		Nodes: []rhino.Node{{ID: 101, Host: "r1"}, {ID: 102, Host: "r2"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fleet.Machine("r1").Start(host.Command{Argv: []string{"/opt/rhino/node-101/start-rhino.sh", "-p", "-s"}, Detached: true})
	fleet.Advance(time.Minute)
	fleet.Machine("r2").Start(host.Command{Argv: []string{"/opt/rhino/node-102/start-rhino.sh", "-s"}, Detached: true})
	fleet.Advance(3 * time.Minute)
	state := fleet.Machine("r1").Start(host.Command{Line: "/opt/rhino/client/bin/rhino-console getsleeactualstate -all"})
	fleet.Advance(4 * time.Minute)
	stdout, _ := state.Output()
	fmt.Printf("%s%s%v\n", stdout, c.Describe(), c.Hazards())
	// Output:
	// Getting desired SLEE state for node(s) [101,102]
	// Node 101: Running
	// Node 102: Running
	// node 101 event-router on r1: ready, SLEE running
	// node 102 event-router on r2: ready, SLEE running
	// primary component 1: 101,102
	//   desired: node 101: SLEE running
	//   desired: node 102: SLEE running
	// database: node 101: SLEE running
	// database: node 102: SLEE running
	// []
}
