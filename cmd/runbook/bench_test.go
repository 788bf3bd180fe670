package main

import (
	"context"
	"testing"

	"runbook/effect"
	"runbook/interpreter"
)

// BenchmarkSimulatedStartup is one complete rehearsal of the shipped startup:
// four nodes, one database, from everything stopped.
func BenchmarkSimulatedStartup(b *testing.B) { rehearsals(b, loadJob(b, "exasol/startup.star", "")) }

// BenchmarkSimulatedRhino is one complete rehearsal of a rolling restart: three
// nodes on as many hosts.
func BenchmarkSimulatedRhino(b *testing.B) {
	rehearsals(b, loadJob(b, "rhino/rolling_restart.star", voiceSite(b)))
}

func rehearsals(b *testing.B, j *job) {
	b.Helper()
	b.ReportAllocs()
	for seed := uint64(1); b.Loop(); seed++ {
		world, err := worldOf(j, nil, seed)
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
		world.Close()
	}
}
