package host

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// list gives the elements that $@, $* or an array's [@] and [*] stand for.
func (sh *shell) list(exp *syntax.ParamExp) (elements []string, star, ok bool) {
	name := exp.Param.Value
	if name == "@" || name == "*" {
		return sh.params, name == "*", true
	}
	if index, isWord := exp.Index.(*syntax.Word); isWord {
		if lit := index.Lit(); lit == "@" || lit == "*" {
			v := sh.vars[name]
			if !v.array && v.set {
				return []string{v.value}, lit == "*", true
			}
			return v.list, lit == "*", true
		}
	}
	return nil, false, false
}

// param expands $name and ${name…}.
func (sh *shell) param(x *expansion, exp *syntax.ParamExp, q quoting) error {
	if exp.Param == nil || exp.Width || exp.IsSet || exp.Names != 0 || exp.Flags != nil {
		return said("Bad substitution")
	}
	sh.line = max(sh.line, exp.Pos().Line())
	if list, star, ok := sh.list(exp); ok {
		return sh.paramList(x, exp, list, star, q)
	}
	name := exp.Param.Value
	value, set, err := sh.value(name, exp.Index)
	if err != nil {
		return err
	}
	if exp.Excl {
		if !syntax.ValidName(value) && !isDigits(value) {
			return fmt.Errorf("%s: invalid indirect expansion", name)
		}
		value, set, err = sh.value(value, nil)
		if err != nil {
			return err
		}
	}
	if !set && sh.opts['u'] && !handlesUnset(exp) {
		return fmt.Errorf("%s: parameter not set", name)
	}
	if exp.Exp != nil && exp.Exp.Op <= syntax.AssignUnsetOrNull {
		return sh.paramDefault(x, exp, value, set, q)
	}
	value, err = sh.paramChange(exp, value)
	if err == nil {
		sh.result(x, value, q)
	}
	return err
}

func handlesUnset(exp *syntax.ParamExp) bool {
	return exp.Exp != nil && exp.Exp.Op <= syntax.AssignUnsetOrNull
}

// paramList expands a list, element by element.
func (sh *shell) paramList(x *expansion, exp *syntax.ParamExp, list []string, star bool, q quoting) error {
	if exp.Length {
		sh.result(x, strconv.Itoa(len(list)), q)
		return nil
	}
	if handlesUnset(exp) {
		return sh.paramDefault(x, exp, strings.Join(list, " "), len(list) > 0, q)
	}
	if exp.Slice != nil {
		sliced, err := sh.sliceList(exp, list)
		if err != nil {
			return err
		}
		list = sliced
	}
	changed := make([]string, len(list))
	for i, element := range list {
		var err error
		if exp.Slice == nil {
			if element, err = sh.paramChange(exp, element); err != nil {
				return err
			}
		}
		changed[i] = element
	}
	if star && (q.quoted() || x.whole) {
		separator, size := "", 0
		if x.ifs != "" {
			_, size = utf8.DecodeRuneInString(x.ifs)
			separator = x.ifs[:size]
		}
		sh.result(x, strings.Join(changed, separator), q)
		return nil
	}
	for i, element := range changed {
		if i > 0 {
			x.next()
		}
		if q.quoted() {
			x.lit(element, true)
		} else {
			x.split(element)
		}
	}
	return nil
}

func (sh *shell) sliceList(exp *syntax.ParamExp, list []string) ([]string, error) {
	if name := exp.Param.Value; name == "@" || name == "*" {
		list = append([]string{sh.name}, list...)
	}
	from, to, err := sh.slice(exp.Slice, len(list))
	if err != nil {
		return nil, err
	}
	return list[from:to], nil
}

// slice is the range that ${x:offset:length} means of something n long.
func (sh *shell) slice(s *syntax.Slice, n int) (from, to int, err error) {
	to = n
	if s.Offset != nil {
		offset, err := sh.arith(s.Offset)
		if err != nil {
			return 0, 0, err
		}
		if offset < 0 {
			offset += int64(n)
		}
		if offset < 0 || offset > int64(n) {
			return 0, 0, nil
		}
		from = int(offset)
	}
	if s.Length != nil {
		length, err := sh.arith(s.Length)
		if err != nil {
			return 0, 0, err
		}
		if length < 0 {
			to = max(from, n+int(max(length, int64(-n))))
		} else {
			to = from + int(min(length, int64(n-from)))
		}
	}
	return from, to, nil
}

// paramDefault is ${x:-word} and its like.
func (sh *shell) paramDefault(x *expansion, exp *syntax.ParamExp, value string, set bool, q quoting) error {
	op := exp.Exp.Op
	switch op {
	case syntax.AlternateUnsetOrNull, syntax.DefaultUnsetOrNull, syntax.ErrorUnsetOrNull, syntax.AssignUnsetOrNull:
		set = set && value != ""
	}
	switch op {
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		if !set {
			return nil
		}
		return sh.operand(x, exp.Exp.Word, q)
	}
	if set {
		if list, star, ok := sh.list(exp); ok {
			copied := *exp
			copied.Exp = nil
			return sh.paramList(x, &copied, list, star, q)
		}
		sh.result(x, value, q)
		return nil
	}
	switch op {
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
		return sh.operand(x, exp.Exp.Word, q)
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		value, err := sh.word(exp.Exp.Word)
		if err != nil {
			return err
		}
		if !syntax.ValidName(exp.Param.Value) {
			return fmt.Errorf("%s: bad variable name", exp.Param.Value)
		}
		if !sh.assign(exp.Param.Value, value) {
			return errTold
		}
		sh.result(x, value, q)
		return nil
	}
	message, err := sh.word(exp.Exp.Word)
	if err == nil && exp.Exp.Word == nil {
		message = "parameter not set"
		if op == syntax.ErrorUnsetOrNull {
			message += " or null"
		}
	}
	if err == nil {
		err = fmt.Errorf("%s: %s", exp.Param.Value, message)
	}
	return err
}

// operand expands the word of an operator in place.
func (sh *shell) operand(x *expansion, w *syntax.Word, q quoting) error {
	if w == nil {
		return nil
	}
	inner := operand
	if q.quoted() {
		inner = doubleOp
	}
	return sh.parts(x, w.Parts, inner, true)
}

// paramChange is what operators make of one value.
func (sh *shell) paramChange(exp *syntax.ParamExp, value string) (string, error) {
	switch {
	case exp.Length:
		if sh.bash {
			return strconv.Itoa(utf8.RuneCountInString(value)), nil
		}
		return strconv.Itoa(len(value)), nil
	case exp.Slice != nil:
		runes := []rune(value)
		from, to, err := sh.slice(exp.Slice, len(runes))
		if err != nil {
			return "", err
		}
		return string(runes[from:to]), nil
	case exp.Repl != nil:
		return sh.paramReplace(exp.Repl, value)
	case exp.Exp == nil:
		return value, nil
	}
	pattern, err := sh.pattern(exp.Exp.Word)
	if err != nil {
		return "", err
	}
	switch exp.Exp.Op {
	case syntax.RemSmallPrefix, syntax.RemLargePrefix:
		return sh.trimPrefix(value, pattern, exp.Exp.Op == syntax.RemLargePrefix), nil
	case syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		return sh.trimSuffix(value, pattern, exp.Exp.Op == syntax.RemLargeSuffix), nil
	case syntax.UpperAll:
		return strings.ToUpper(value), nil
	case syntax.LowerAll:
		return strings.ToLower(value), nil
	case syntax.UpperFirst, syntax.LowerFirst:
		runes := []rune(value)
		if len(runes) > 0 && exp.Exp.Op == syntax.UpperFirst {
			runes[0] = unicode.ToUpper(runes[0])
		} else if len(runes) > 0 {
			runes[0] = unicode.ToLower(runes[0])
		}
		return string(runes), nil
	}
	return "", said("Bad substitution")
}
