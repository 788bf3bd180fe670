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
	return keptScripts.get(scriptKey{script, sh.bash}, script, func() (*syntax.File, error) { return parse(script, sh.bash) })
}

// keptScripts are those that were read before.
var keptScripts compiled[scriptKey, *syntax.File]

type scriptKey struct {
	text string
	bash bool
}

func parse(script string, bash bool) (*syntax.File, error) {
	if len(script) > maxScript {
		return &syntax.File{}, fmt.Errorf("got a script of %d bytes, want at most %d", len(script), maxScript)
	}
	if nested(script) > maxNested {
		return &syntax.File{}, fmt.Errorf("got more than %d commands within each other", maxNested)
	}
	if bash {
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

// maxNested is how many things of a script may be within each other: the
// library's parser goes as deep as they do, and Go ends a program that goes too deep.
const maxNested = 20_000

// nested counts what could be within each other, from above.
func nested(script string) int {
	n := 0
	var before rune
	for _, c := range script {
		switch c {
		case '(', '{', '[', '`', '|', '?':
			n++
		case '!', '-', '+', '~':
			if strings.ContainsRune("!-+~(", before) {
				n++
			}
		case ' ', '\t', '\n':
			continue
		}
		before = c
	}
	for _, keyword := range []string{"if", "while", "until", "for", "case", "select", "time", "function", "coproc"} {
		n += strings.Count(script, keyword)
	}
	return n
}

func parseAs(script string, lang syntax.LangVariant) (*syntax.File, error) {
	file := &syntax.File{}
	var wrong error
	for st, err := range syntax.NewParser(syntax.Variant(lang)).StmtsSeq(strings.NewReader(script)) {
		switch {
		case wrong != nil: // the library may go on after an error, even if told not to
		case err != nil:
			wrong = err
		default:
			file.Stmts = append(file.Stmts, st)
		}
	}
	if wrong != nil {
		file.Stmts = wholeLines(script, file.Stmts)
	}
	return file, wrong
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
