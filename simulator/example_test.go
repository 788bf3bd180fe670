package simulator_test

import (
	"context"
	"fmt"
	"time"

	"runbook/effect"
	"runbook/simulator"
)

// A node takes a quarter of an hour to boot, in no time, and the answer to
// switching it on is lost.
func Example() {
	scenario, err := simulator.LoadScenario("demo.star", []byte(`
systems = [simulate.exaoperation(
    name = "demo",
    url = "https://10.0.0.10/cluster1",
    nodes = 2,
    timings = {"node_boot": "15m"},
    latency = "10ms",
)]
faults = [fault.lost_after(method = "startupNode", nth = 1)]
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	world, err := simulator.NewWorld(simulator.Config{Scenario: scenario})
	if err != nil {
		fmt.Println(err)
		return
	}
	peer := &effect.Peer{Address: "https://10.0.0.10/cluster1", User: "admin", Secret: effect.Secret{Env: "EXA_PASSWORD"}}
	ask := func(ctx context.Context, class effect.Class, method string, args ...effect.Value) {
		r := effect.Request{Kind: effect.KindXMLRPC, Target: peer.Address, Operation: method, Args: args, Class: class, Peer: peer}
		result, _ := world.Perform(ctx, r)
		fmt.Printf("%v %s: %s\n", world.Elapsed(), r.Describe(), result.Describe())
	}
	_ = world.Main(context.Background(), func(ctx context.Context) error {
		ask(ctx, effect.Change, "startupNode", "n0011")
		wait := effect.Request{Kind: effect.KindClock, Operation: effect.OpWait, Args: []effect.Value{int64(15 * time.Minute), "boot"}}
		_, _ = world.Perform(ctx, wait)
		ask(ctx, effect.Read, "getNodeState", "n0011")
		return nil
	})
	fmt.Println(world.Hazards())
	// Output:
	// 10ms https://10.0.0.10/cluster1 startupNode("n0011"): error: unreachable: the connection was closed before the reply
	// 15m0.02s https://10.0.0.10/cluster1 getNodeState("n0011"): {"status": "Running"}
	// []
}
