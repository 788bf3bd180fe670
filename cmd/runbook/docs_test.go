//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocsRun runs what the pages say that can be run, and compares.
func TestDocsRun(t *testing.T) {
	t.Parallel()
	for _, p := range pages(t) {
		if !slices.ContainsFunc(p.blocks, func(b block) bool { return b.do != "" }) {
			continue
		}
		t.Run(p.path, func(t *testing.T) {
			t.Parallel()
			p.prove(t, newShell(t, p))
		})
	}
}

// prove goes through the page as its reader would.
func (p *page) prove(t *testing.T, s *shell) {
	t.Helper()
	changed := false
	for i := range p.blocks {
		b := &p.blocks[i]
		switch b.do {
		case "sh":
			s.succeed(b.name)
		case "file":
			p.writeFile(t, s, b)
		case "edit":
			p.editFile(t, s, b)
		case "from":
			p.quote(t, b)
		case "run":
			if tool := b.needs(); tool != "" {
				if _, err := exec.LookPath(tool); err != nil {
					continue
				}
			}
			changed = p.runBlock(t, s, b) || changed
		}
	}
	if changed {
		p.rewrite(t)
	}
}

func (p *page) writeFile(t *testing.T, s *shell, b *block) {
	t.Helper()
	name := filepath.Join(s.dir(), b.name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(s.real(strings.Join(b.text, "\n"))+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (p *page) editFile(t *testing.T, s *shell, b *block) {
	t.Helper()
	name := filepath.Join(s.dir(), b.name)
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	edited, err := edit(s.shown(string(text)), b.text)
	if err != nil {
		t.Fatalf("%s:%d: %s: %v", p.path, b.line, b.name, err)
	}
	if err := os.WriteFile(name, []byte(s.real(edited)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// quote checks that a block is a part of a file of the repository.
func (p *page) quote(t *testing.T, b *block) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, b.name))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains("\n"+string(text), "\n"+strings.Join(b.text, "\n")+"\n") {
		t.Errorf("%s:%d: got a block that is no part of %s", p.path, b.line, b.name)
	}
}

// runBlock runs the commands of a block and compares what they print. With
// -update it corrects the block and reports that it did.
func (p *page) runBlock(t *testing.T, s *shell, b *block) (changed bool) {
	t.Helper()
	var text []string
	at := 0
	for _, c := range b.session() {
		text = append(text, b.text[at:at+c.prompt]...)
		at += c.prompt + len(c.output)
		want := expect(c.output, b.is("live"))
		var got []string
		switch {
		case b.is("killed"):
			before := c.output[:max(0, len(c.output)-1)]
			got = s.beside(c.command, expect(before, true), len(before), true)
		case b.is("background"):
			got = s.beside(c.command, want, len(c.output), false)
		default:
			got = s.run(c.command)
		}
		got = s.recognise(c.output, got)
		switch {
		case want.is(got):
			text = append(text, c.output...)
		case *update:
			text, changed = append(text, shortened(c.output, got)...), true
		default:
			t.Errorf("%s:%d: $ %s\nThe page is not what is printed (-page +printed; to correct it: make update):\n%s",
				p.path, b.line, c.command, cmp.Diff(want.lines(c.output), want.lines(shortened(c.output, got))))
		}
	}
	if changed {
		b.text = text
	}
	return changed
}

// rewrite writes the page with its blocks as they are now.
func (p *page) rewrite(t *testing.T) {
	t.Helper()
	lines := slices.Clone(p.lines)
	old, err := parsePage(p.path, strings.Join(p.lines, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	for i := len(p.blocks) - 1; i >= 0; i-- {
		b := p.blocks[i]
		if b.do == "sh" {
			continue
		}
		text := make([]string, len(b.text))
		for k, line := range b.text {
			if text[k] = line; line != "" {
				text[k] = b.indent + line
			}
		}
		lines = slices.Replace(lines, b.line-1, b.line-1+len(old.blocks[i].text), text...)
	}
	if err := os.WriteFile(filepath.Join(repository, p.path), []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}
