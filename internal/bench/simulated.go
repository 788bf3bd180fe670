package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"runbook/builtins"
	"runbook/effect"
	"runbook/interpreter"
	"runbook/runbooks"
	"runbook/simulator"
)

// simulated measures complete rehearsals of the shipped startup in one process:
// four nodes and one database, from everything stopped.
func (b *bench) simulated() error {
	const siteFile, theSite = "site.star", `systems = [exaoperation(name = "demo", url = "https://demo.example/cluster1", user = "admin", password = secret(env = "DEMO_PASSWORD"))]`
	sources := interpreter.SourcesFunc(func(name string) ([]byte, error) {
		if name == siteFile {
			return []byte(theSite), nil
		}
		return runbooks.Files.ReadFile(strings.TrimPrefix(name, interpreter.Shipped))
	})
	debug.SetGCPercent(400) // as the tool has it
	engine := interpreter.NewEngine(builtins.Predeclared(), sources, interpreter.Limits{})
	program, err := engine.Load(interpreter.Shipped + "startup.star")
	if err != nil {
		return err
	}
	site, err := builtins.LoadSite(engine, siteFile)
	if err != nil {
		return err
	}
	bound, err := program.Bind(nil, site.Value())
	if err != nil {
		return err
	}
	peer := site.Exasol()[0].Server.Peer()
	system := simulator.SystemSpec{Name: site.Systems[0].Name(), URL: peer.Address}
	seed := uint64(0)
	once := func() error {
		seed++
		world, err := simulator.NewWorld(simulator.Config{Systems: []simulator.SystemSpec{system}, Seed: seed})
		if err != nil {
			return err
		}
		return world.Main(context.Background(), func(ctx context.Context) error {
			_, err := program.Run(ctx, &interpreter.Run{Performer: effect.Unrecorded(world), Branches: world}, bound)
			return err
		})
	}
	var rates, ofCPU []float64
	const many = 1000
	for range b.rounds {
		began, before := time.Now(), cpu()
		if _, err := timed(many, once); err != nil {
			return err
		}
		rates = append(rates, many/time.Since(began).Seconds())
		if used := cpu() - before; used > 0 {
			ofCPU = append(ofCPU, many/used.Seconds())
		}
	}
	text := func(r float64) string { return fmt.Sprintf("%.0f", r) }
	row := []string{spread(rates, text), "not known"}
	if len(ofCPU) > 0 {
		row[1] = spread(ofCPU, text)
	}
	b.table("Simulated starts, 4 nodes and 1 database", []string{"a second", "a second and core"}, [][]string{row})
	return nil
}
