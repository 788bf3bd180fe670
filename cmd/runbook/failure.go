package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"runbook/interpreter"
)

// maxFailures is how many failed items of a parallel are shown with their place.
const maxFailures = 5

// writeFailure writes an error as a person needs it: what happened to which
// target, where in the script, and what to do next.
func writeFailure(w io.Writer, color bool, err error, files map[string][]byte) {
	x := seen(interpreter.Explain(err, files))
	fmt.Fprintf(w, "%s %s\n", paint(color, red, "error:"), plainPlace(x.Message))
	var branches *interpreter.BranchesError
	if errors.As(err, &branches) {
		for _, f := range x.Frames {
			fmt.Fprintf(w, "    %s\n", paint(color, dim, plainPlace(f)))
		}
		writeItems(w, color, x)
	} else {
		writePlace(w, color, x)
		for _, more := range x.More {
			fmt.Fprintf(w, "%s %s\n", paint(color, red, "error:"), plainPlace(more.Message))
			writePlace(w, color, more)
		}
	}
	if x.Hint != "" {
		fmt.Fprintf(w, "  %s %s\n", paint(color, bold, "hint:"), x.Hint)
	}
}

// seen is an explanation as a terminal may have it.
func seen(x *interpreter.Explanation) *interpreter.Explanation {
	x.Message, x.Hint, x.Line = visible(x.Message), visible(x.Hint), visible(x.Line)
	for _, more := range x.More {
		seen(more)
	}
	return x
}

// writeItems writes the failed items of a parallel, each with its place.
func writeItems(w io.Writer, color bool, x *interpreter.Explanation) {
	for i, item := range x.More {
		if i == maxFailures {
			fmt.Fprintf(w, "  … and %d more\n", len(x.More)-i)
			return
		}
		fmt.Fprintf(w, "  %s\n", item.Message)
		if i == 0 {
			writePlace(w, color, item)
		} else if item.Position != "" {
			fmt.Fprintf(w, "    %s\n", plainPlace(item.Position))
		}
	}
}

// writePlace writes the backtrace, innermost last, and the source line.
func writePlace(w io.Writer, color bool, x *interpreter.Explanation) {
	for _, f := range x.Frames {
		fmt.Fprintf(w, "    %s\n", paint(color, dim, plainPlace(f)))
	}
	if len(x.Frames) == 0 && x.Position != "" {
		fmt.Fprintf(w, "    %s\n", paint(color, dim, plainPlace(x.Position)))
	}
	if x.Line == "" {
		return
	}
	line := strings.ReplaceAll(x.Line, "\t", " ")
	fmt.Fprintf(w, "      %s\n", line)
	if x.Column > 0 && x.Column <= len(line)+1 {
		fmt.Fprintf(w, "      %s%s\n", strings.Repeat(" ", x.Column-1), paint(color, red, "^"))
	}
}

// plainPlace is a place without what tells the site's files from the runbook's.
func plainPlace(s string) string { return strings.TrimPrefix(s, siteRoot) }
