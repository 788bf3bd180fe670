package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"runbook/builtins"
	"runbook/interpreter"
	"runbook/simulator"
	"runbook/simulator/serve"
)

func (a *App) simCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "Use the simulated world without a runbook",
		Long: `sim works with the simulated systems themselves, the same that a rehearsal runs
against.`,
		Example: `  runbook sim serve --state running`,
		Args:    aVerb,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.simServeCommand())
	return grouped("write", cmd)
}

// serveOptions are the flags of sim serve.
type serveOptions struct {
	scenario, site, state string
	http, https           string
	scale                 float64
	seed                  uint64
	user, passwordFile    string
	remote, noDelays      bool
	ssh                   serve.SSHConfig
	writeSite             string
}

func (a *App) simServeCommand() *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Put simulated systems and hosts on a socket, for any XML-RPC or SSH client",
		Long: `serve puts the simulated systems of a scenario on loopback, where any XML-RPC
client can use them, runbook itself included. Which systems: those of --scenario,
or of the site that --site names, or of site.star in the current folder or one
above it, or else one demo system.

With --ssh the simulated hosts are there too, those of Rhino's nodes among them,
for any SSH client. The user name chooses the host, or with --ssh-ports the port.
A private key that may log in and a file of known hosts are made for it:

  ssh -i KEY -o UserKnownHostsFile=KNOWN_HOSTS -p PORT HOST@127.0.0.1 COMMAND

When all is ready it prints one JSON line on stdout: the addresses, the URL of
each system and the certificate's SHA-256 fingerprint to pin; the hosts, the host
key's fingerprint, and the files with the key and the known hosts. Calls, commands
and hazards are JSON lines on stderr. SIGTERM or Ctrl-C end it.

Virtual time runs with real time, --time-scale times as fast. Users are those of
the scenario, or --user, or else admin with the password admin.

The exit status is 0, or 5 if a hazard came about while it served: something was
done to a system that loses data or breaks it.`,
		Example: `  runbook sim serve
  runbook sim serve --ssh 127.0.0.1:2222 --write-site sim.star
  runbook sim serve --scenario slow.star --https 127.0.0.1:8443 --time-scale 60
  runbook sim serve --state running --http 127.0.0.1:8080 2>calls.jsonl`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.simServe(cmd.Context(), &o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.scenario, "scenario", "", "how the systems begin and what goes wrong: a `FILE`")
	f.StringVar(&o.site, "site", "", "serve the systems of the site `FILE`")
	f.StringVar(&o.state, "state", "", "how systems begin that no scenario describes: the `STATE` stopped, running or cold (default stopped)")
	f.StringVar(&o.http, "http", "", "listen for HTTP at `ADDR` (default 127.0.0.1:0, any free port, if there is no --https)")
	f.StringVar(&o.https, "https", "", "listen for HTTPS at `ADDR`, with a certificate made for it")
	f.Float64Var(&o.scale, "time-scale", 1, "virtual seconds in a real one")
	f.Uint64Var(&o.seed, "seed", 0, "what chances are drawn from (default: the scenario's, or 1)")
	f.StringVar(&o.user, "user", "", "the `NAME` of an administrator; needs --password-file")
	f.StringVar(&o.passwordFile, "password-file", "", "the `FILE` that the password of --user is in")
	f.StringVar(&o.ssh.Address, "ssh", "", "listen for SSH at `ADDR`, where the user name chooses the host")
	f.BoolVar(&o.ssh.Ports, "ssh-ports", false, "give each host a port of its own, from that of --ssh on")
	f.StringVar(&o.ssh.Key, "ssh-key", "", "the private key that may log in: a `FILE`, made if it is missing (default: one for this run alone)")
	f.StringVar(&o.ssh.AuthorizedKeys, "authorized-keys", "", "let the public keys in a `FILE` log in as well")
	f.StringVar(&o.writeSite, "write-site", "", "write a site `FILE` for what is served, for exec --site")
	f.BoolVar(&o.remote, "allow-remote", false, "allow addresses that other machines can reach")
	f.BoolVar(&o.noDelays, "no-delays", false, "let every transition take no time")
	completeFlag(cmd, "scenario", completeStar)
	completeFlag(cmd, "site", completeStar)
	completeFlag(cmd, "state", cobra.FixedCompletions(states, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// states are how simulated systems may begin.
var states = []string{"stopped", "running", "cold"}

func (a *App) simServe(ctx context.Context, o *serveOptions) error {
	cfg, err := a.serveConfig(o)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	signals, forget := a.signals()
	defer forget()
	server, err := serve.Start(ctx, cfg)
	if err != nil {
		return &exitError{code: Usage, err: err, hint: "addresses are such as 127.0.0.1:8080; one that other machines can reach needs --allow-remote"}
	}
	begun := hazardsOf(server)
	if err := o.describe(server); err != nil {
		server.Close()
		return err
	}
	if _, err := fmt.Fprintln(a.stdout, server.Ready()); err != nil {
		server.Close()
		return err
	}
	select {
	case <-signals:
	case <-server.Done():
	}
	server.Close()
	for h := range hazardsOf(server) {
		if !begun[h] {
			return &exitError{code: RefusedByRule, err: errHazards, silent: true}
		}
	}
	return nil
}

// hazardsOf are the hazards that a server has seen, without their times.
func hazardsOf(s *serve.Server) map[string]bool {
	seen := map[string]bool{}
	for _, h := range s.Hazards() {
		seen[h.System+" "+h.Name+" "+h.Detail] = true
	}
	return seen
}

// serveConfig makes the server's configuration of the flags.
func (a *App) serveConfig(o *serveOptions) (serve.Config, error) {
	cfg := serve.Config{
		State: o.state, Seed: o.seed, NoDelays: o.noDelays, HTTP: o.http, HTTPS: o.https,
		SSH: o.ssh, AllowRemote: o.remote, TimeScale: o.scale, User: o.user, Log: a.stderr,
	}
	if o.ssh.Address == "" && (o.ssh.Ports || o.ssh.Key != "" || o.ssh.AuthorizedKeys != "") {
		return cfg, usage("--ssh-ports, --ssh-key, --authorized-keys: got one of them without --ssh, want an address there")
	}
	if o.state != "" && !oneOf(states, o.state) {
		return cfg, usage("--state: got %q, want stopped, running or cold", o.state)
	}
	if !(o.scale > 0) {
		return cfg, usage("--time-scale: got %v, want a number above 0", o.scale)
	}
	var err error
	if cfg.Password, err = o.password(); err != nil {
		return cfg, err
	}
	if cfg.Scenario, err = a.scenarioOf(o.scenario); err != nil {
		return cfg, err
	}
	if s := cfg.Scenario; s == nil || len(s.Systems)+len(s.Hosts) == 0 || o.site != "" {
		cfg.Systems, cfg.Hosts, err = a.served(o.site)
	}
	return cfg, err
}

func oneOf(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

// password reads the password of --user.
func (o *serveOptions) password() (string, error) {
	if (o.user == "") != (o.passwordFile == "") {
		return "", usage("--user and --password-file: got one of them, want both or none")
	}
	if o.passwordFile == "" {
		return "", nil
	}
	text, err := os.ReadFile(o.passwordFile)
	if err != nil {
		return "", usage("--password-file %s: %w", o.passwordFile, cause(err))
	}
	password := strings.TrimRight(string(text), "\r\n")
	if password == "" {
		return "", &exitError{code: Usage, err: errors.New("--password-file " + o.passwordFile + ": got an empty file, want a password")}
	}
	return password, nil
}

// served are the systems and hosts of a site: the named one, that of the
// current folder, or the demo's.
func (a *App) served(site string) ([]simulator.SystemSpec, []simulator.HostSpec, error) {
	w, err := a.find("", site)
	if err != nil {
		return nil, nil, err
	}
	if w.site == "" {
		w.demoSite()
	}
	j := &job{workplace: w, engine: interpreter.NewEngine(builtins.Predeclared(), w, interpreter.Limits{})}
	if err := j.load(a); err != nil {
		return nil, nil, err
	}
	return j.systems(), j.hosts(), nil
}
