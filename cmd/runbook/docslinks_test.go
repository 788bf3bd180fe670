package main

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"runbook/runbooks"
)

const repository = "../.."

// pages are the Markdown files of the repository.
func pages(t *testing.T) []*page {
	t.Helper()
	var all []*page
	for _, glob := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		files, err := filepath.Glob(filepath.Join(repository, glob))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			path, err := filepath.Rel(repository, file)
			if err != nil {
				t.Fatal(err)
			}
			p, err := parsePage(filepath.ToSlash(path), string(text))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, p)
		}
	}
	if len(all) < 10 {
		t.Fatalf("got %d pages, want all of this repository", len(all))
	}
	return all
}

var (
	link       = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading    = regexp.MustCompile(`^#+ +(.*?) *#*$`)
	inline     = regexp.MustCompile("`([^`]+)`")
	starFile   = regexp.MustCompile(`^[a-z@][\w@/.-]*\.star$`)
	invocation = regexp.MustCompile(`(?:^|[\s(;&|])(?:go run \./cmd/runbook|runbook) +([^|;&<>#)]*)`)
)

// prose are the lines of a page outside of its blocks, by number from 1.
func (p *page) prose() map[int]string {
	lines := map[int]string{}
	for i, l := range p.lines {
		lines[i+1] = l
	}
	for _, b := range p.blocks {
		for i := range b.text {
			delete(lines, b.line+i)
		}
	}
	return lines
}

// anchors are the names that links to headings of a page use.
func (p *page) anchors() []string {
	var all []string
	seen := map[string]int{}
	prose := p.prose()
	for n := range p.lines {
		h := heading.FindStringSubmatch(prose[n+1])
		if h == nil {
			continue
		}
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_', r > 0x7f && r != '…':
				return r
			case r == ' ':
				return '-'
			}
			return -1
		}, strings.ToLower(h[1]))
		if seen[anchor]++; seen[anchor] > 1 {
			anchor += fmt.Sprintf("-%d", seen[anchor]-1)
		}
		all = append(all, anchor)
	}
	return all
}

// TestDocsLinks holds that every link inside of the repository leads somewhere.
func TestDocsLinks(t *testing.T) {
	t.Parallel()
	all := pages(t)
	for _, p := range all {
		for n, line := range p.prose() {
			for _, l := range link.FindAllStringSubmatch(inline.ReplaceAllString(line, ""), -1) {
				u, err := url.Parse(l[1])
				if err != nil {
					t.Errorf("%s:%d: %v", p.path, n, err)
					continue
				}
				if u.Scheme != "" {
					continue
				}
				target := p.path
				if u.Path != "" {
					target = path.Join(path.Dir(p.path), u.Path)
				}
				if _, err := os.Stat(filepath.Join(repository, target)); err != nil {
					t.Errorf("%s:%d: got a link to %s, which does not exist", p.path, n, l[1])
					continue
				}
				i := slices.IndexFunc(all, func(q *page) bool { return q.path == target })
				if u.Fragment != "" && i >= 0 && !slices.Contains(all[i].anchors(), u.Fragment) {
					t.Errorf("%s:%d: got a link to %s, and %s has only %q", p.path, n, l[1], target, all[i].anchors())
				}
			}
		}
	}
}

// A mention is a command line of this tool in a page.
type mention struct {
	where string
	words []string
}

// mentions are the command lines in the pages: in blocks and in `…`.
func mentions(all []*page) []mention {
	var found []mention
	add := func(p *page, n int, text string) {
		for _, m := range invocation.FindAllStringSubmatch(text, -1) {
			found = append(found, mention{fmt.Sprintf("%s:%d", p.path, n), strings.Fields(m[1])})
		}
	}
	for _, p := range all {
		for n, line := range p.prose() {
			for _, code := range inline.FindAllStringSubmatch(line, -1) {
				add(p, n, code[1])
			}
		}
		for _, b := range p.blocks {
			if b.lang != "console" && b.lang != "sh" {
				continue
			}
			for _, c := range b.session() {
				add(p, b.line, c.command)
			}
		}
	}
	return found
}

// TestDocsCommandsExist holds that the pages name no verb and no flag that does
// not exist, and that each verb has a place in the guide.
func TestDocsCommandsExist(t *testing.T) {
	t.Parallel()
	root := newApp().command()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd("completion")
	guide := map[string]bool{}
	for _, m := range mentions(pages(t)) {
		cmd, problem := understand(root, m.words)
		if problem != "" {
			t.Errorf("%s: runbook %s: %s", m.where, strings.Join(m.words, " "), problem)
			continue
		}
		if !strings.HasPrefix(m.where, "docs/reference/") {
			guide[cmd.CommandPath()] = true
		}
	}
	var miss func(cmd *cobra.Command)
	miss = func(cmd *cobra.Command) {
		if !cmd.HasSubCommands() && cmd.IsAvailableCommand() && cmd.Name() != "help" && cmd.Parent().Name() != "completion" && !guide[cmd.CommandPath()] {
			t.Errorf("%s: got no page outside of the reference that shows it", cmd.CommandPath())
		}
		for _, c := range cmd.Commands() {
			miss(c)
		}
	}
	miss(root)
}

// understand finds the verb that words begin with, and what is wrong with its flags.
func understand(root *cobra.Command, words []string) (cmd *cobra.Command, problem string) {
	if len(words) == 0 || words[0] == "…" || words[0] == "VERB" {
		return root, ""
	}
	cmd, _, err := root.Find(words)
	if err != nil {
		return root, err.Error()
	}
	for _, w := range words {
		name, _, _ := strings.Cut(w, "=")
		long, isLong := strings.CutPrefix(name, "--")
		cmd.InitDefaultHelpFlag()
		switch {
		case isLong && long != "" && cmd.Flags().Lookup(long) == nil && cmd.InheritedFlags().Lookup(long) == nil:
			return cmd, "got the flag " + w + ", which it does not have"
		case !isLong && len(w) == 2 && w[0] == '-' && cmd.Flags().ShorthandLookup(w[1:]) == nil:
			return cmd, "got the flag " + w + ", which it does not have"
		}
	}
	return cmd, ""
}

// TestDocsFilesExist holds that a .star file which a page names with a folder
// before it is one that is shipped, or one that the page itself makes.
func TestDocsFilesExist(t *testing.T) {
	t.Parallel()
	files := siteFiles()
	for _, p := range pages(t) {
		if strings.HasPrefix(p.path, "docs/adr/") || p.path == "CONTRIBUTING.md" {
			continue
		}
		made := map[string]bool{}
		for _, b := range p.blocks {
			made[path.Base(b.name)] = true
		}
		for n, line := range p.prose() {
			for _, code := range inline.FindAllStringSubmatch(line, -1) {
				name := code[1]
				if !starFile.MatchString(name) || made[path.Base(name)] {
					continue
				}
				trimmed := strings.TrimPrefix(strings.TrimPrefix(name, "runbooks/"), "@runbook//")
				if _, err := runbooks.Files.Open(trimmed); err != nil && files[trimmed] == nil {
					t.Errorf("%s:%d: got %s, which is neither shipped nor made by this page", p.path, n, name)
				}
			}
		}
	}
}

// TestDocsExitCodes holds that the readme names every exit code.
func TestDocsExitCodes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(repository, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "## Exit codes\n")
	if !found {
		t.Fatal("README.md: got no section Exit codes")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	got := regexp.MustCompile(`\b\d+\b`).FindAllString(section, -1)
	var want []string
	for _, c := range codes {
		want = append(want, fmt.Sprint(int(c.Code)))
	}
	if !slices.Equal(got, want) {
		t.Errorf("README.md: got the exit codes %q, want %q", got, want)
	}
}
