package host

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// parse reads a script: sh's in POSIX grammar, or in bash's if that fails. With
// an error come the statements on the lines before it: a shell reads line by
// line, and has run them by then.
func (sh *shell) parse(script string) (*syntax.File, error) {
	if len(script) > maxScript {
		return &syntax.File{}, fmt.Errorf("got a script of %d bytes, want at most %d", len(script), maxScript)
	}
	if sh.bash {
		return parseAs(script, syntax.LangBash)
	}
	file, err := parseAs(script, syntax.LangPOSIX)
	if err == nil {
		return file, nil
	}
	if extended, bashErr := parseAs(script, syntax.LangBash); bashErr == nil {
		return extended, nil
	}
	return file, err
}

func parseAs(script string, lang syntax.LangVariant) (*syntax.File, error) {
	file := &syntax.File{}
	for st, err := range syntax.NewParser(syntax.Variant(lang)).StmtsSeq(strings.NewReader(script)) {
		if err != nil {
			file.Stmts = wholeLines(script, file.Stmts)
			return file, err
		}
		file.Stmts = append(file.Stmts, st)
	}
	return file, nil
}

// wholeLines are the statements up to the last one that ends its line.
func wholeLines(script string, stmts []*syntax.Stmt) []*syntax.Stmt {
	for len(stmts) > 0 {
		rest := script[min(stmts[len(stmts)-1].End().Offset(), uint(len(script))):]
		if rest = strings.TrimLeft(rest, " \t;"); rest == "" || rest[0] == '\n' || rest[0] == '#' {
			break
		}
		stmts = stmts[:len(stmts)-1]
	}
	return stmts
}
