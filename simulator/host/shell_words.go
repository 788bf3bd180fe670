package host

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// A piece is a part of a field; what was quoted is no pattern.
type piece struct {
	text   string
	quoted bool
}

// An expansion collects what words expand to, and splits it into fields.
type expansion struct {
	ifs    string
	whole  bool // nothing is split: the value of an assignment, a pattern, a here-document
	fields [][]piece
	field  []piece
	has    bool // there is a field, if an empty one
	ended  bool // blanks ended the last field: a separator behind them belongs to them
	size   int
}

var errTooLong = fmt.Errorf("got more than %d bytes of words", maxExpansion)

// lit adds text that is not split.
func (x *expansion) lit(text string, quoted bool) {
	if text == "" && !quoted {
		return
	}
	x.field = append(x.field, piece{text, quoted})
	x.has, x.ended = true, false
	x.size += len(text)
}

// split adds the result of an unquoted expansion.
func (x *expansion) split(text string) {
	if x.whole {
		x.lit(text, false)
		return
	}
	start := 0
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRuneInString(text[i:])
		c := text[i : i+size]
		if !strings.Contains(x.ifs, c) {
			i += size
			continue
		}
		x.lit(text[start:i], false)
		blank := c == " " || c == "\t" || c == "\n"
		switch {
		case x.has:
			x.flush()
			x.ended = blank
		case blank:
		case x.ended:
			x.ended = false
		default:
			x.flush()
		}
		i += size
		start = i
	}
	x.lit(text[start:], false)
}

// next begins another element of $@ or $*.
func (x *expansion) next() {
	switch {
	case x.whole:
		x.lit(" ", true)
	case x.has:
		x.flush()
	}
	x.ended = false
}

func (x *expansion) flush() {
	x.fields = append(x.fields, x.field)
	x.field, x.has = nil, false
}

// text is the last field as it is, pattern as a pattern.
func (x *expansion) text() string { return join(x.field) }

func join(field []piece) string {
	if len(field) == 1 {
		return field[0].text
	}
	var b strings.Builder
	for _, p := range field {
		b.WriteString(p.text)
	}
	return b.String()
}

// quotePattern is a field as a pattern: what was quoted is escaped.
func quotePattern(field []piece) string {
	var b strings.Builder
	for _, p := range field {
		if !p.quoted {
			b.WriteString(p.text)
			continue
		}
		for _, c := range []byte(p.text) {
			if strings.IndexByte(`\*?[]!-^`, c) >= 0 {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
		}
	}
	return b.String()
}

func (sh *shell) expansion(whole bool) *expansion {
	return &expansion{ifs: sh.vars["IFS"].orUnset(" \t\n"), whole: whole}
}

// fields expands words to the fields of a command.
func (sh *shell) fields(words []*syntax.Word) ([]string, error) {
	var out []string
	total := 0
	each := func(w *syntax.Word) error {
		x := sh.expansion(false)
		if err := sh.parts(x, w.Parts, plain, true); err != nil {
			return err
		}
		if x.has {
			x.flush()
		}
		for _, field := range x.fields {
			names, err := sh.glob(field)
			if err != nil {
				return err
			}
			for _, name := range names {
				total += len(name) + 16
			}
			out = append(out, names...)
		}
		if total > maxExpansion {
			return errTooLong
		}
		return nil
	}
	for _, word := range words {
		if !sh.bash {
			if err := each(word); err != nil {
				return nil, err
			}
			continue
		}
		braced := *word
		syntax.SplitBraces(&braced)
		for w, err := range expand.BracesSeq(nil, &braced) {
			if err == nil {
				err = each(w)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// word expands a word to one string.
func (sh *shell) word(w *syntax.Word) (string, error) {
	x, err := sh.wholeWord(w)
	if err != nil {
		return "", err
	}
	return x.text(), nil
}

// pattern expands a word to a pattern.
func (sh *shell) pattern(w *syntax.Word) (string, error) {
	x, err := sh.wholeWord(w)
	if err != nil {
		return "", err
	}
	return quotePattern(x.field), nil
}

func (sh *shell) wholeWord(w *syntax.Word) (*expansion, error) {
	x := sh.expansion(true)
	if w == nil {
		return x, nil
	}
	err := sh.parts(x, w.Parts, plain, true)
	return x, err
}

// document expands the text of a here-document.
func (sh *shell) document(w *syntax.Word, op syntax.RedirOperator) (string, error) {
	x := sh.expansion(true)
	parts := make([]syntax.WordPart, len(w.Parts))
	atStart := true
	for i, part := range w.Parts {
		parts[i] = part
		lit, ok := part.(*syntax.Lit)
		if ok && op == syntax.DashHdoc {
			copied := *lit
			copied.Value = dedent(lit.Value, op)
			if !atStart {
				first, rest, more := strings.Cut(lit.Value, "\n")
				copied.Value = first
				if more {
					copied.Value += "\n" + dedent(rest, op)
				}
			}
			parts[i] = &copied
		}
		atStart = ok && strings.HasSuffix(lit.Value, "\n")
	}
	if err := sh.parts(x, parts, heredoc, false); err != nil {
		return "", err
	}
	return x.text(), nil
}

// A quoting is where a part of a word stands.
type quoting int

const (
	plain    quoting = iota
	operand          // unquoted, in ${x:-here}: it is split like the result of an expansion
	double           // between double quotes
	heredoc          // in a here-document
	doubleOp         // in "${x:-here}"
)

func (q quoting) quoted() bool { return q >= double }

// parts expands the parts of a word; tilde says that one at its beginning
// stands for a home directory.
func (sh *shell) parts(x *expansion, parts []syntax.WordPart, q quoting, tilde bool) error {
	for i, part := range parts {
		var err error
		switch part := part.(type) {
		case *syntax.Lit:
			text := part.Value
			if tilde && i == 0 && !q.quoted() {
				text = sh.tilde(x, text, len(parts) > 1)
			}
			literal(x, text, q)
		case *syntax.SglQuoted:
			text := part.Value
			if part.Dollar {
				text, _, _ = expand.Format(nil, text, nil)
				text, _, _ = strings.Cut(text, "\x00")
			}
			if q == doubleOp && !part.Dollar {
				text = "'" + text + "'" // it is no quote there
			}
			x.lit(text, true)
		case *syntax.DblQuoted:
			if !sh.vanishes(part.Parts) {
				x.lit("", true)
			}
			err = sh.parts(x, part.Parts, double, false)
		case *syntax.ParamExp:
			err = sh.param(x, part, q)
		case *syntax.CmdSubst:
			var text string
			text, err = sh.substitute(part.Stmts)
			sh.result(x, text, q)
		case *syntax.ArithmExp:
			var value int64
			value, err = sh.arith(part.X)
			sh.result(x, fmt.Sprint(value), q)
		case *syntax.ExtGlob:
			x.lit(part.Op.String()+part.Pattern.Value+")", false)
		default:
			err = said("Bad substitution: there is no process substitution here")
		}
		if err == nil && x.size > maxExpansion {
			err = errTooLong
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// result adds what an expansion gave.
func (sh *shell) result(x *expansion, text string, q quoting) {
	if q.quoted() {
		if text != "" {
			x.lit(text, true)
		}
		return
	}
	x.split(text)
}

// vanishes reports whether double quotes with these parts are no field: those
// around $@ when there are no parameters.
func (sh *shell) vanishes(parts []syntax.WordPart) bool {
	for _, part := range parts {
		exp, ok := part.(*syntax.ParamExp)
		if !ok || exp.Length || exp.Exp != nil || exp.Param == nil {
			return false
		}
		list, star, ok := sh.list(exp)
		if !ok || star || len(list) > 0 {
			return false
		}
	}
	return len(parts) > 0
}

// literal adds the text of a script: a backslash quotes what follows.
func literal(x *expansion, text string, q quoting) {
	add := func(s string) {
		if q == operand {
			x.split(s)
		} else if s != "" {
			x.lit(s, q.quoted())
		}
	}
	for {
		i := strings.IndexByte(text, '\\')
		if i < 0 || i+1 >= len(text) {
			break
		}
		escapes := map[quoting]string{double: "$`\"\\", heredoc: "$`\\", doubleOp: "$`\"\\}"}[q]
		_, size := utf8.DecodeRuneInString(text[i+1:])
		next := text[i+1 : i+1+size]
		switch {
		case next == "\n":
			add(text[:i])
		case q.quoted() && !strings.Contains(escapes, next):
			add(text[:i+1+size])
		default:
			add(text[:i])
			x.lit(next, true)
		}
		text = text[i+1+size:]
	}
	add(text)
}

// tilde expands ~ and ~user at the beginning of a word and gives what follows.
func (sh *shell) tilde(x *expansion, text string, more bool) string {
	name, ok := strings.CutPrefix(text, "~")
	if !ok {
		return text
	}
	name, rest, slash := strings.Cut(name, "/")
	if slash {
		rest = "/" + rest
	} else if more {
		return text
	}
	home := ""
	switch name {
	case "":
		home = sh.vars["HOME"].value
	case sh.p.machine.cfg.User:
		home = sh.p.machine.cfg.Home
	case "root":
		home = "/root"
	}
	if home == "" {
		return text
	}
	x.lit(home, true)
	return rest
}
