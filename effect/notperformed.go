package effect

// NotPerformed is the error of a request that was stopped before anything of
// it left: at a gate, or because the run ended first. A change that ends in it
// is not in doubt.
type NotPerformed struct{ Err error }

func (e *NotPerformed) Error() string { return e.Err.Error() }
func (e *NotPerformed) Unwrap() error { return e.Err }
