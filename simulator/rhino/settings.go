package rhino

import (
	"slices"

	"runbook/simulator/model"
)

// A Mark says what a default rests on.
type Mark = model.Mark

// The marks.
const (
	Documented Mark = "doc"     // documented by the vendor
	Code       Mark = "code"    // seen in public code
	Inferred   Mark = "inf"     // inferred
	Memory     Mark = "mem"     // remembered of the vendor's documentation, and not found there
	Chosen     Mark = "default" // nobody knows: chosen, and meant to be set
)

// Settings lists every default of Conventions, Texts, Timings and Behaviour, in this order.
func Settings() []model.Setting {
	return slices.Concat(
		model.List("conventions", conventionSettings), model.List("texts", textSettings),
		model.List("timings", timingSettings), model.ListChoices("behaviour", behaviourSettings),
	)
}

// Set gives the named convention ("halt_file") another value.
func (v *Conventions) Set(name, value string) error {
	return model.Set("conventions", conventionSettings, v, name, value)
}

// Set gives the named text ("not_primary") another value.
func (t *Texts) Set(name, value string) error {
	return model.Set("texts", textSettings, t, name, value)
}

// Set gives the named timing ("join") another span.
func (t *Timings) Set(name string, span Span) error {
	return model.Set("timings", timingSettings, t, name, span)
}

// Set gives the named behaviour ("reform") another choice.
func (b *Behaviour) Set(name, choice string) error {
	return model.Choose("behaviour", behaviourSettings, b, name, choice)
}

func (b *Behaviour) fill() error { return model.FillChoices("behaviour", behaviourSettings, b) }
