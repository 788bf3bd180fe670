package rhino

import (
	"fmt"
	"strings"
	"time"

	"runbook/effect"
)

// A Mark says what a default rests on.
type Mark string

const (
	Documented Mark = "doc"     // documented by the vendor
	Code       Mark = "code"    // seen in public code
	Inferred   Mark = "inf"     // inferred
	Memory     Mark = "mem"     // remembered of the vendor's documentation, and not found there
	Chosen     Mark = "default" // nobody knows: chosen, and meant to be set
)

// A Setting is one default of Conventions, Texts, Timings or Behaviour.
type Setting struct {
	Name    string // "texts.not_primary"
	Default string
	Choices []string // nil if anything goes
	Mark    Mark
	Note    string
}

type textSetting[T any] struct {
	name  string
	field func(*T) *string
	value string
	mark  Mark
	note  string
}

type timingSetting struct {
	name  string
	field func(*Timings) *Span
	value Span
	mark  Mark
	note  string
}

type behaviourSetting struct {
	name    string
	field   func(*Behaviour) *string
	choices []string // the default first
	mark    Mark
	note    string
}

// Settings lists every default of Conventions, Texts, Timings and Behaviour, in this order.
func Settings() []Setting {
	var all []Setting
	for _, s := range conventionSettings {
		all = append(all, Setting{"conventions." + s.name, s.value, nil, s.mark, s.note})
	}
	for _, s := range textSettings {
		all = append(all, Setting{"texts." + s.name, s.value, nil, s.mark, s.note})
	}
	for _, s := range timingSettings {
		all = append(all, Setting{"timings." + s.name, s.value.String(), nil, s.mark, s.note})
	}
	for _, s := range behaviourSettings {
		all = append(all, Setting{"behaviour." + s.name, s.choices[0], s.choices, s.mark, s.note})
	}
	return all
}

// String is the span as a scenario writes it: "15m" or "15m to 25m".
func (s Span) String() string {
	if s.Max <= s.Min {
		return effect.FormatDuration(max(s.Min, 0))
	}
	return effect.FormatDuration(max(s.Min, 0)) + " to " + effect.FormatDuration(s.Max)
}

func seconds(least, most float64) Span {
	return Span{time.Duration(least * float64(time.Second)), time.Duration(most * float64(time.Second))}
}

// Set gives the named convention ("halt_file") another value.
func (v *Conventions) Set(name, value string) error {
	return set("conventions", conventionSettings, v, name, value)
}

// Set gives the named text ("not_primary") another value.
func (t *Texts) Set(name, value string) error { return set("texts", textSettings, t, name, value) }

func set[T any](kind string, settings []textSetting[T], t *T, name, value string) error {
	for _, s := range settings {
		if s.name == name {
			*s.field(t) = value
			return nil
		}
	}
	return fmt.Errorf("%s: got %q, want %s", kind, name, names(kind+"."))
}

// Set gives the named timing ("join") another span.
func (t *Timings) Set(name string, span Span) error {
	for _, s := range timingSettings {
		if s.name == name {
			*s.field(t) = span
			return nil
		}
	}
	return fmt.Errorf("timings: got %q, want %s", name, names("timings."))
}

// Set gives the named behaviour ("reform") another choice.
func (b *Behaviour) Set(name, choice string) error {
	for _, s := range behaviourSettings {
		if s.name == name {
			*s.field(b) = choice
			return s.check(choice)
		}
	}
	return fmt.Errorf("behaviour: got %q, want %s", name, names("behaviour."))
}

func (s *behaviourSetting) check(choice string) error {
	for _, c := range s.choices {
		if c == choice {
			return nil
		}
	}
	return fmt.Errorf("behaviour.%s: got %q, want one of %s", s.name, choice, strings.Join(s.choices, ", "))
}

// names are those of the settings with the prefix, for a message.
func names(prefix string) string {
	var found []string
	for _, s := range Settings() {
		if name, ok := strings.CutPrefix(s.Name, prefix); ok {
			found = append(found, name)
		}
	}
	return "one of " + strings.Join(found, ", ")
}

// fill puts the defaults where nothing was said.
func fill[T any](t *T, settings []textSetting[T]) {
	for i := range settings {
		s := &settings[i]
		if f := s.field(t); *f == "" {
			*f = s.value
		}
	}
}

func (t *Timings) fill() {
	for i := range timingSettings {
		s := &timingSettings[i]
		if f := s.field(t); *f == (Span{}) {
			*f = s.value
		}
	}
}

func (b *Behaviour) fill() error {
	for i := range behaviourSettings {
		s := &behaviourSettings[i]
		f := s.field(b)
		if *f == "" {
			*f = s.choices[0]
		}
		if err := s.check(*f); err != nil {
			return err
		}
	}
	return nil
}
