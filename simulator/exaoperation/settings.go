package exaoperation

import (
	"slices"
	"strings"

	"runbook/simulator/model"
)

// A Mark says what a default rests on.
type Mark = model.Mark

// The marks.
const (
	Documented Mark = "D" // documented by the vendor
	Client     Mark = "C" // public client code relies on it
	Inferred   Mark = "I" // inferred
	Chosen     Mark = "unknown, chosen"
)

// Settings lists every default of Texts, Timings and Behaviour, in this order.
func Settings() []model.Setting {
	return slices.Concat(
		listTexts(),
		model.List("timings", timingSettings), model.ListChoices("behaviour", behaviourSettings),
	)
}

// listTexts is the texts of one line and those of the log.
func listTexts() []model.Setting {
	all := model.List("texts", textSettings)
	for _, s := range linesSettings {
		all = append(all, model.Setting{
			Name: "texts." + s.name, Default: strings.Join(s.value, "\n"), Mark: s.mark, Note: s.note,
		})
	}
	return all
}

// Set gives the named text ("node_booting") another value. A text of the log
// has its lines separated by newlines; "" is none.
func (t *Texts) Set(name, value string) error {
	for _, s := range textSettings {
		if s.Name == name {
			*s.Field(t) = value
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
	return model.Unknown("texts", name, listTexts())
}

// Set gives the named timing ("node_boot") another span.
func (t *Timings) Set(name string, span Span) error {
	return model.Set("timings", timingSettings, t, name, span)
}

// Set gives the named behaviour ("storage_stop") another choice.
func (b *Behaviour) Set(name, choice string) error {
	return model.Choose("behaviour", behaviourSettings, b, name, choice)
}

// fill puts the defaults where nothing was said.
func (t *Texts) fill(major int) {
	model.Fill(textSettings, t)
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

func (t *Timings) fill() { model.Fill(timingSettings, t) }

func (b *Behaviour) fill() error { return model.FillChoices("behaviour", behaviourSettings, b) }
