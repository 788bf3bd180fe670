package model

import "time"

// A Hazard is an unsafe thing that a system saw happen. It is the ground
// truth: no client can read it, and nothing a client reads changes it.
type Hazard struct {
	At     time.Duration // since the beginning
	Name   string        // one of the system's
	Detail string        // to which units
	// Standing: it is a condition that can still be put right, and is gone
	// from the list once it is. It counts when the work is done.
	Standing bool
}
