package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"runbook/simulator"
	"runbook/simulator/serve"
)

// describe writes the site file that was asked for, and beside it the password
// that it needs.
func (o *serveOptions) describe(server *serve.Server) error {
	if o.writeSite == "" {
		return nil
	}
	site, err := filepath.Abs(o.writeSite)
	if err != nil {
		return err
	}
	secret := o.passwordFile
	if secret == "" {
		secret = site + ".password"
	}
	if secret, err = filepath.Abs(secret); err != nil {
		return err
	}
	ready := server.Ready()
	if ready.SSH == nil && slices.ContainsFunc(ready.Systems, func(s serve.ReadySystem) bool { return s.Kind == "rhino" }) {
		return usage("--write-site %s: got Rhino clusters and no --ssh, by which a site reaches their hosts", o.writeSite)
	}
	if err = writeOver(site, ready.Site(secret)); err == nil && o.passwordFile == "" && ready.User != "" {
		password := ""
		server.Do(func(w *simulator.World) { _, password = w.Systems()[0].Login(ready.User) })
		err = os.WriteFile(secret, []byte(password+"\n"), 0o600)
	}
	if err != nil {
		return usage("--write-site %s: %w", o.writeSite, cause(err))
	}
	return nil
}

// writeOver writes a site file, but not over one that somebody else wrote.
func writeOver(file, text string) error {
	old, err := os.ReadFile(file)
	title, _, _ := strings.Cut(text, "\n")
	if err == nil && !strings.HasPrefix(string(old), title) {
		return fmt.Errorf("got a file that sim serve did not write, want another name")
	}
	return os.WriteFile(file, []byte(text), 0o600)
}
