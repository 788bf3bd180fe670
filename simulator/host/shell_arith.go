package host

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxRecursion is how deep arithmetic looks into variables that hold expressions.
const maxRecursion = 20

// arith evaluates an arithmetic expression, in 64 bits.
func (sh *shell) arith(x syntax.ArithmExpr) (int64, error) {
	if sh.nested++; sh.nested > maxDepth {
		sh.nested--
		return 0, errors.New("arithmetic expression: too deep")
	}
	defer func() { sh.nested-- }()
	switch x := x.(type) {
	case nil:
		return 0, nil
	case *syntax.Word:
		return sh.arithWord(x)
	case *syntax.ParenArithm:
		return sh.arith(x.X)
	case *syntax.UnaryArithm:
		return sh.arithUnary(x)
	case *syntax.BinaryArithm:
		return sh.arithBinary(x)
	}
	return 0, errors.New("arithmetic expression: this shell has no such operator")
}

// arithWord is a number, or a name whose value is one.
func (sh *shell) arithWord(w *syntax.Word) (int64, error) {
	text, err := sh.word(w)
	if err != nil {
		return 0, err
	}
	return sh.arithText(text, 0)
}

func (sh *shell) arithText(text string, depth int) (int64, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, nil
	}
	if n, err := parseInt(text); err == nil {
		return n, nil
	}
	if depth > maxRecursion {
		return 0, errors.New("arithmetic expression: expression recursion level exceeded")
	}
	if syntax.ValidName(text) && (depth == 0 || sh.bash) {
		value, set, err := sh.value(text, nil)
		if err == nil && !set && sh.opts['u'] {
			err = fmt.Errorf("%s: parameter not set", text)
		}
		if err != nil {
			return 0, err
		}
		return sh.arithText(value, depth+1)
	}
	if depth > 0 && !sh.bash {
		return 0, said("Illegal number: " + text)
	}
	x, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Arithmetic(strings.NewReader(text))
	if err != nil || x == nil {
		return 0, fmt.Errorf("arithmetic expression: expecting primary: %q", text)
	}
	if w, ok := x.(*syntax.Word); ok && w.Lit() != "" {
		return 0, said("Illegal number: " + text)
	}
	return sh.arith(x)
}

// parseInt reads a number as C writes them. One that is too large is the largest.
func parseInt(text string) (int64, error) {
	if strings.Contains(text, "_") || strings.HasPrefix(strings.TrimLeft(text, "+-"), "0b") || strings.HasPrefix(strings.TrimLeft(text, "+-"), "0o") {
		return 0, strconv.ErrSyntax
	}
	n, err := strconv.ParseInt(text, 0, 64)
	if errors.Is(err, strconv.ErrRange) {
		return n, nil
	}
	return n, err
}

func (sh *shell) arithUnary(x *syntax.UnaryArithm) (int64, error) {
	if x.Op == syntax.Inc || x.Op == syntax.Dec {
		old, err := sh.arith(x.X)
		if err != nil {
			return 0, err
		}
		value := old + 1
		if x.Op == syntax.Dec {
			value = old - 1
		}
		if err := sh.arithAssign(x.X, value); err != nil {
			return 0, err
		}
		if x.Post {
			return old, nil
		}
		return value, nil
	}
	value, err := sh.arith(x.X)
	switch x.Op {
	case syntax.Not:
		return number(value == 0), err
	case syntax.BitNegation:
		return ^value, err
	case syntax.Minus:
		return -value, err
	}
	return value, err
}

func number(so bool) int64 {
	if so {
		return 1
	}
	return 0
}

// arithAssign sets the variable that an operand names.
func (sh *shell) arithAssign(x syntax.ArithmExpr, value int64) error {
	text := strconv.FormatInt(value, 10)
	w, ok := x.(*syntax.Word)
	if ok && len(w.Parts) == 1 {
		if exp, isParam := w.Parts[0].(*syntax.ParamExp); isParam && exp.Index != nil && exp.Param != nil {
			if !sh.assignElement(exp.Param.Value, exp.Index, text) {
				return errTold
			}
			return nil
		}
	}
	if !ok || !syntax.ValidName(w.Lit()) {
		return errors.New("arithmetic expression: expecting a variable before an assignment")
	}
	if !sh.assign(w.Lit(), text) {
		return errTold
	}
	return nil
}

// assignments are the operators that x op= y stands for.
var assignments = map[syntax.BinAritOperator]syntax.BinAritOperator{
	syntax.AddAssgn: syntax.Add, syntax.SubAssgn: syntax.Sub, syntax.MulAssgn: syntax.Mul, syntax.QuoAssgn: syntax.Quo,
	syntax.RemAssgn: syntax.Rem, syntax.AndAssgn: syntax.And, syntax.OrAssgn: syntax.Or, syntax.XorAssgn: syntax.Xor,
	syntax.ShlAssgn: syntax.Shl, syntax.ShrAssgn: syntax.Shr, syntax.PowAssgn: syntax.Pow,
}

func (sh *shell) arithBinary(x *syntax.BinaryArithm) (int64, error) {
	switch x.Op {
	case syntax.AndArit, syntax.OrArit:
		left, err := sh.arith(x.X)
		if err != nil || (left != 0) == (x.Op == syntax.OrArit) {
			return number(left != 0), err
		}
		right, err := sh.arith(x.Y)
		return number(right != 0), err
	case syntax.TernQuest:
		so, err := sh.arith(x.X)
		branches, ok := x.Y.(*syntax.BinaryArithm)
		if err != nil || !ok {
			return 0, err
		}
		if so != 0 {
			return sh.arith(branches.X)
		}
		return sh.arith(branches.Y)
	}
	op, assigns := assignments[x.Op]
	var left int64
	var err error
	if x.Op != syntax.Assgn {
		if left, err = sh.arith(x.X); err != nil {
			return 0, err
		}
	}
	right, err := sh.arith(x.Y)
	if err != nil {
		return 0, err
	}
	switch {
	case x.Op == syntax.Assgn:
		return right, sh.arithAssign(x.X, right)
	case assigns:
		value, err := calculate(op, left, right)
		if err != nil {
			return 0, err
		}
		return value, sh.arithAssign(x.X, value)
	}
	return calculate(x.Op, left, right)
}

// calculate is x op y.
func calculate(op syntax.BinAritOperator, x, y int64) (int64, error) {
	if y == 0 && (op == syntax.Quo || op == syntax.Rem) {
		return 0, errors.New("arithmetic expression: division by zero")
	}
	switch op {
	case syntax.Add:
		return x + y, nil
	case syntax.Sub:
		return x - y, nil
	case syntax.Mul:
		return x * y, nil
	case syntax.Quo:
		return x / y, nil
	case syntax.Rem:
		return x % y, nil
	case syntax.And:
		return x & y, nil
	case syntax.Or:
		return x | y, nil
	case syntax.Xor:
		return x ^ y, nil
	case syntax.Shl:
		return x << (uint64(y) & 63), nil
	case syntax.Shr:
		return x >> (uint64(y) & 63), nil
	case syntax.Pow:
		return power(x, y)
	case syntax.Comma:
		return y, nil
	}
	return compare(op, x, y)
}

func compare(op syntax.BinAritOperator, x, y int64) (int64, error) {
	switch op {
	case syntax.Eql:
		return number(x == y), nil
	case syntax.Neq:
		return number(x != y), nil
	case syntax.Lss:
		return number(x < y), nil
	case syntax.Gtr:
		return number(x > y), nil
	case syntax.Leq:
		return number(x <= y), nil
	case syntax.Geq:
		return number(x >= y), nil
	}
	return 0, errors.New("arithmetic expression: this shell has no such operator")
}

func power(x, y int64) (int64, error) {
	if y < 0 {
		return 0, errors.New("arithmetic expression: exponent less than 0")
	}
	result := int64(1)
	for ; y > 0; y >>= 1 {
		if y&1 != 0 {
			result *= x
		}
		x *= x
	}
	return result, nil
}
