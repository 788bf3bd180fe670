package host

import "mvdan.cc/sh/v3/syntax"

func (sh *shell) ifClause(cmd *syntax.IfClause) {
	for ; cmd != nil; cmd = cmd.Else {
		if len(cmd.Cond) == 0 { // else
			sh.stmts(cmd.Then)
			return
		}
		so := sh.test(cmd.Cond)
		if sh.jump.kind != noJump {
			return
		}
		if so {
			sh.stmts(cmd.Then)
			return
		}
	}
	sh.status = 0
}

// test runs a condition.
func (sh *shell) test(cond []*syntax.Stmt) bool {
	sh.alone = false
	sh.tested++
	sh.stmts(cond)
	sh.tested--
	return sh.status == 0
}

func (sh *shell) whileClause(cmd *syntax.WhileClause) {
	status := 0
	sh.loops++
	defer func() { sh.loops-- }()
	for {
		sh.p.step()
		so := sh.test(cmd.Cond)
		if sh.jump.kind == noJump {
			if so == cmd.Until {
				break
			}
			sh.stmts(cmd.Do)
			status = sh.status
		}
		if sh.leavesLoop() {
			status = sh.status
			break
		}
	}
	sh.status = status
}

// leavesLoop ends a loop's turn: it takes its part of a jump and reports
// whether the loop is over.
func (sh *shell) leavesLoop() bool {
	switch sh.jump.kind {
	case noJump:
		return false
	case breakLoop, continueLoop:
		if sh.jump.count--; sh.jump.count > 0 {
			return true
		}
		over := sh.jump.kind == breakLoop
		sh.jump = jump{}
		return over
	}
	return true
}

func (sh *shell) forClause(cmd *syntax.ForClause) {
	sh.alone = false
	switch loop := cmd.Loop.(type) {
	case *syntax.WordIter:
		sh.forWords(loop, cmd.Do)
	case *syntax.CStyleLoop:
		sh.forArith(loop, cmd.Do)
	}
}

func (sh *shell) forWords(loop *syntax.WordIter, do []*syntax.Stmt) {
	items := sh.params
	if loop.InPos.IsValid() {
		var err error
		if items, err = sh.fields(loop.Items); err != nil {
			sh.expansionError(err)
			return
		}
	}
	if len(items) == 0 {
		sh.status = 0
	}
	sh.loops++
	defer func() { sh.loops-- }()
	for _, item := range items {
		sh.p.step()
		if !sh.assign(loop.Name.Value, item) {
			return
		}
		sh.stmts(do)
		if sh.leavesLoop() {
			return
		}
	}
}

func (sh *shell) forArith(loop *syntax.CStyleLoop, do []*syntax.Stmt) {
	sh.status = 0
	sh.loops++
	defer func() { sh.loops-- }()
	eval := func(x syntax.ArithmExpr) (value int64, ok bool) {
		if x == nil {
			return 1, true
		}
		value, err := sh.arith(x)
		if err != nil {
			sh.expansionError(err)
		}
		return value, err == nil
	}
	if _, ok := eval(loop.Init); !ok {
		return
	}
	for {
		sh.p.step()
		if value, ok := eval(loop.Cond); !ok || value == 0 {
			return
		}
		sh.stmts(do)
		if sh.leavesLoop() {
			return
		}
		if _, ok := eval(loop.Post); !ok {
			return
		}
	}
}

func (sh *shell) caseClause(cmd *syntax.CaseClause) {
	alone := sh.alone
	sh.alone = false
	value, err := sh.word(cmd.Word)
	if err != nil {
		sh.expansionError(err)
		return
	}
	ran := false
	through := false // the item before says that this one's commands are run, too
	for _, item := range cmd.Items {
		so := through
		for _, word := range item.Patterns {
			if so {
				break
			}
			pattern, err := sh.pattern(word)
			if err != nil {
				sh.expansionError(err)
				return
			}
			so = sh.matches(pattern, value)
		}
		if !so {
			continue
		}
		if len(item.Stmts) == 0 {
			sh.status = 0
		}
		ran = true
		sh.alone = alone && item.Op == syntax.Break
		sh.stmts(item.Stmts)
		sh.alone = false
		if item.Op == syntax.Break || sh.jump.kind != noJump {
			return
		}
		through = item.Op == syntax.Fallthrough
	}
	if !ran {
		sh.status = 0
	}
}

// invoke calls a function.
func (sh *shell) invoke(body *syntax.Stmt, args []string) {
	params, loops := sh.params, sh.loops
	sh.params, sh.loops = args, 0
	sh.locals = append(sh.locals, map[string]variable{})
	sh.calls++
	sh.alone = false
	sh.stmt(body)
	sh.calls--
	sh.params, sh.loops = params, loops
	sh.popLocals()
	if sh.jump.kind == returnCall {
		sh.jump = jump{}
	}
}
