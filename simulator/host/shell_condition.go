package host

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// condition evaluates bash's [[ … ]].
func (sh *shell) condition(x syntax.TestExpr) (bool, error) {
	switch x := x.(type) {
	case *syntax.Word:
		text, err := sh.word(x)
		return text != "", err
	case *syntax.ParenTest:
		return sh.condition(x.X)
	case *syntax.UnaryTest:
		return sh.unaryTest(x)
	case *syntax.BinaryTest:
		return sh.binaryTest(x)
	}
	return false, errors.New("[[: unexpected operator")
}

func (sh *shell) unaryTest(x *syntax.UnaryTest) (bool, error) {
	switch x.Op {
	case syntax.TsNot:
		so, err := sh.condition(x.X)
		return !so, err
	case syntax.TsParen:
		return sh.condition(x.X)
	}
	w, ok := x.X.(*syntax.Word)
	if !ok {
		return false, errors.New("[[: unexpected operator")
	}
	text, err := sh.word(w)
	if err != nil {
		return false, err
	}
	files := sh.p.Files()
	info, statErr := files.Stat(text)
	link, linkErr := files.Lstat(text)
	switch x.Op {
	case syntax.TsExists:
		return statErr == nil, nil
	case syntax.TsRegFile:
		return statErr == nil && info.Mode().IsRegular(), nil
	case syntax.TsDirect:
		return statErr == nil && info.IsDir(), nil
	case syntax.TsSmbLink:
		return linkErr == nil && link.target != "", nil
	case syntax.TsNoEmpty:
		return statErr == nil && info.size > 0, nil
	case syntax.TsRead:
		return files.Access(text, 'r'), nil
	case syntax.TsWrite:
		return files.Access(text, 'w'), nil
	case syntax.TsExec:
		return files.Access(text, 'x'), nil
	case syntax.TsEmpStr:
		return text == "", nil
	case syntax.TsNempStr:
		return text != "", nil
	case syntax.TsVarSet:
		_, set, err := sh.value(text, nil)
		return set, err
	case syntax.TsFdTerm:
		return false, nil
	}
	return false, errors.New("[[: " + x.Op.String() + ": unexpected operator")
}

func (sh *shell) binaryTest(x *syntax.BinaryTest) (bool, error) {
	if x.Op == syntax.AndTest || x.Op == syntax.OrTest {
		left, err := sh.condition(x.X)
		if err != nil || left == (x.Op == syntax.OrTest) {
			return left, err
		}
		return sh.condition(x.Y)
	}
	left, leftOK := x.X.(*syntax.Word)
	right, rightOK := x.Y.(*syntax.Word)
	if !leftOK || !rightOK {
		return false, errors.New("[[: unexpected operator")
	}
	text, err := sh.word(left)
	if err != nil {
		return false, err
	}
	switch x.Op {
	case syntax.TsMatch, syntax.TsMatchShort, syntax.TsNoMatch:
		pattern, err := sh.pattern(right)
		return sh.matches(pattern, text) == (x.Op != syntax.TsNoMatch), err
	case syntax.TsReMatch:
		return sh.regexpTest(text, right)
	}
	other, err := sh.word(right)
	if err != nil {
		return false, err
	}
	switch x.Op {
	case syntax.TsBefore:
		return text < other, nil
	case syntax.TsAfter:
		return text > other, nil
	case syntax.TsNewer, syntax.TsOlder, syntax.TsDevIno:
		return sh.fileTest(x.Op, text, other), nil
	}
	return sh.numberTest(x.Op, text, other)
}

// numberTest compares numbers.
func (sh *shell) numberTest(op syntax.BinTestOperator, left, right string) (bool, error) {
	a, err := sh.arithText(left, 0)
	if err != nil {
		return false, err
	}
	b, err := sh.arithText(right, 0)
	if err != nil {
		return false, err
	}
	switch op {
	case syntax.TsEql:
		return a == b, nil
	case syntax.TsNeq:
		return a != b, nil
	case syntax.TsLeq:
		return a <= b, nil
	case syntax.TsGeq:
		return a >= b, nil
	case syntax.TsLss:
		return a < b, nil
	case syntax.TsGtr:
		return a > b, nil
	}
	return false, errors.New("[[: " + op.String() + ": unexpected operator")
}

// fileTest compares files by their times, or tells whether they are one.
func (sh *shell) fileTest(op syntax.BinTestOperator, left, right string) bool {
	a, errA := sh.p.Files().Stat(left)
	b, errB := sh.p.Files().Stat(right)
	switch {
	case op == syntax.TsDevIno:
		x, err := sh.p.Files().walk(left, true, false)
		y, other := sh.p.Files().walk(right, true, false)
		return err == nil && other == nil && x.node != nil && x.node == y.node
	case op == syntax.TsOlder:
		a, b, errA, errB = b, a, errB, errA
	}
	return errA == nil && (errB != nil || a.ModTime().After(b.ModTime()))
}

// regexpTest is =~; what matched is in BASH_REMATCH.
func (sh *shell) regexpTest(text string, w *syntax.Word) (bool, error) {
	x, err := sh.wholeWord(w)
	if err != nil {
		return false, err
	}
	var expr strings.Builder
	for _, p := range x.field {
		if p.quoted {
			expr.WriteString(regexp.QuoteMeta(p.text))
		} else {
			expr.WriteString(p.text)
		}
	}
	re, err := regexp.Compile(expr.String())
	if err != nil {
		return false, errors.New("[[: invalid regular expression")
	}
	re.Longest()
	sh.charge(len(text) * 8)
	found := re.FindStringSubmatch(text)
	sh.put("BASH_REMATCH", variable{array: true, set: true, list: slices.Clone(found)})
	return found != nil, nil
}
