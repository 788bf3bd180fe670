package exaoperation

import (
	"fmt"
	"strings"
	"time"

	"runbook/effect"
)

// A Mark says what a default rests on.
type Mark string

const (
	Documented Mark = "D" // documented by the vendor
	Client     Mark = "C" // public client code relies on it
	Inferred   Mark = "I" // inferred
	Chosen     Mark = "unknown, chosen"
)

// A Setting is one default of Texts, Timings or Behaviour.
type Setting struct {
	Name    string // "texts.node_booting"
	Default string
	Choices []string // nil if anything goes
	Mark    Mark
	Note    string
}

// Settings lists every default of Texts, Timings and Behaviour, in this order.
func Settings() []Setting {
	var all []Setting
	for _, s := range textSettings {
		all = append(all, Setting{"texts." + s.name, s.value, nil, s.mark, s.note})
	}
	for _, s := range linesSettings {
		all = append(all, Setting{"texts." + s.name, strings.Join(s.value, "\n"), nil, s.mark, s.note})
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

func seconds(least, most int) Span {
	return Span{time.Duration(least) * time.Second, time.Duration(most) * time.Second}
}

// Set gives the named text ("node_booting") another value. A text of the log
// has its lines separated by newlines; "" is none.
func (t *Texts) Set(name, value string) error {
	for _, s := range textSettings {
		if s.name == name {
			*s.field(t) = value
			return nil
		}
	}
	for _, s := range linesSettings {
		if s.name == name {
			*s.field(t) = []string{}
			if value != "" {
				*s.field(t) = strings.Split(value, "\n")
			}
			return nil
		}
	}
	return fmt.Errorf("texts: got %q, want %s", name, names("texts."))
}

// Set gives the named timing ("node_boot") another span.
func (t *Timings) Set(name string, span Span) error {
	for _, s := range timingSettings {
		if s.name == name {
			*s.field(t) = span
			return nil
		}
	}
	return fmt.Errorf("timings: got %q, want %s", name, names("timings."))
}

// Set gives the named behaviour ("storage_stop") another choice.
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
func (t *Texts) fill(major int) {
	for i := range textSettings {
		s := &textSettings[i]
		if f := s.field(t); *f == "" {
			*f = s.value
		}
	}
	for i := range linesSettings {
		s := &linesSettings[i]
		if f := s.field(t); *f == nil {
			*f = s.value
			if major >= 7 && s.since != nil {
				*f = s.since
			}
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
