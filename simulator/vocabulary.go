package simulator

import (
	"go.starlark.net/starlark"
)

// Vocabulary is what scenarios can say, simulate.* and fault.*, for other files
// that make scenarios, such as tests.
func Vocabulary() starlark.StringDict { return modules() }

// NewScenario makes a scenario of what its file would assign: systems, faults,
// answers, seed, start. The name is how messages call it. The error joins a
// *ScenarioError for each thing that is wrong.
func NewScenario(name string, globals starlark.StringDict) (*Scenario, error) {
	s := &Scenario{Name: name, at: map[string]string{}}
	if err := s.read(globals); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return s, nil
}
