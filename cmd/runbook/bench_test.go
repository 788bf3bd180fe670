package main

import (
	"context"
	"testing"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/simulator"
)

// BenchmarkSimulatedStartup is one complete rehearsal of the shipped startup:
// four nodes, one database, from everything stopped.
func BenchmarkSimulatedStartup(b *testing.B) {
	j := loadJob(b, "startup.star")
	b.ReportAllocs()
	for seed := uint64(1); b.Loop(); seed++ {
		world, err := simulator.NewWorld(simulator.Config{Systems: j.systems(), Seed: seed})
		if err != nil {
			b.Fatal(err)
		}
		err = world.Main(b.Context(), func(ctx context.Context) error {
			_, err := j.program.Run(ctx, &interpreter.Run{Performer: effect.Unrecorded(world), Branches: world}, j.bound)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
