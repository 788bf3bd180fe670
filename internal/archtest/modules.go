package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// A Module is a module that this one requires, and the folders that may import it.
// A module that has no line here may be imported nowhere.
type Module struct {
	Path   string
	In     []string // folder patterns
	Tests  []string // folder patterns where only tests and their satellites may, besides
	Reason string
}

func checkModules(t *Tree, r Rules) []Violation {
	found := staleModules(t, r.Modules)
	for _, f := range t.Files {
		for _, i := range f.Imports {
			if !foreign(t, i.Path) {
				continue
			}
			v := Violation{
				Position: t.at(i.Pos), Rule: "modules", Got: "import of " + i.Path,
				Want: "a line in the table of modules", Reason: "a dependency is a decision, taken once and written down",
			}
			if m := moduleOf(r.Modules, i.Path); m != nil {
				if matchAny(m.In, f.Dir) || f.forTests() && matchAny(m.Tests, f.Dir) {
					continue
				}
				v.Want, v.Reason = fmt.Sprintf("%s only in %s", m.Path, m.where()), m.Reason
			}
			found = append(found, v)
		}
	}
	return found
}

// foreign reports whether an import is neither of the standard library nor of this module.
func foreign(t *Tree, importPath string) bool {
	_, ours := t.within(importPath)
	first, _, _ := strings.Cut(importPath, "/")
	return !ours && strings.Contains(first, ".")
}

func moduleOf(modules []Module, importPath string) *Module {
	i := slices.IndexFunc(modules, func(m Module) bool { return around(m.Path, importPath) })
	if i < 0 {
		return nil
	}
	return &modules[i]
}

func (m *Module) where() string {
	all := slices.Clone(m.In)
	for _, p := range m.Tests {
		all = append(all, "tests of "+p)
	}
	return strings.Join(all, ", ")
}

// staleModules finds rules for modules that go.mod does not require.
func staleModules(t *Tree, modules []Module) []Violation {
	var found []Violation
	for _, m := range modules {
		if !slices.Contains(t.Requires, m.Path) {
			found = append(found, Violation{
				Rule: "modules", Got: "a rule for " + m.Path, Want: "a module that go.mod requires",
				Reason: "a rule that cannot be broken protects nothing",
			})
		}
	}
	return found
}
