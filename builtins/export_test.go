package builtins

import "slices"

// CheckSource finds what is wrong with a file as it stands: syntax, names, calls
// of builtins, parameters of main. Each error is or wraps an
// *interpreter.PlacedError; they are in the order of their positions.
func CheckSource(name string, src []byte) []error {
	_, errs := parse(name, src, Predeclared())
	slices.SortStableFunc(errs, byPosition)
	return errs
}
