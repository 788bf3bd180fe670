package modeltest

import (
	"fmt"
	"io"
	"slices"
	"time"

	"runbook/simulator/model"
)

// A Watch shows what is new of a system from one look to the next.
type Watch struct {
	Clock func(at time.Duration) string // shows a time

	units   []string
	hazards []model.Hazard
}

// Look writes the units and the hazards that were not there before.
func (w *Watch) Look(out io.Writer, now time.Duration, units []string, hazards []model.Hazard) {
	for _, u := range units {
		if !slices.Contains(w.units, u) {
			fmt.Fprintf(out, "[%s] %s\n", w.Clock(now), u)
		}
	}
	for _, h := range hazards {
		if !slices.Contains(w.hazards, h) {
			w.Hazard(out, h)
		}
	}
	w.units, w.hazards = units, hazards
}

// Hazard writes one.
func (w *Watch) Hazard(out io.Writer, h model.Hazard) {
	standing := ""
	if h.Standing {
		standing = ", standing"
	}
	fmt.Fprintf(out, "[%s] HAZARD %s%s: %s\n", w.Clock(h.At), h.Name, standing, h.Detail)
}
