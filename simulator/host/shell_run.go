package host

import (
	"fmt"

	"mvdan.cc/sh/v3/syntax"
)

// stmts runs statements until one jumps.
func (sh *shell) stmts(list []*syntax.Stmt) {
	alone := sh.alone
	for i, st := range list {
		if sh.jump.kind != noJump {
			return
		}
		sh.alone = alone && i == len(list)-1
		sh.stmt(st)
	}
}

// stmt runs one statement, in the background or not, and looks at -e.
func (sh *shell) stmt(st *syntax.Stmt) {
	sh.p.step()
	sh.runTraps()
	if sh.jump.kind != noJump {
		return
	}
	if sh.depth++; sh.depth > maxDepth {
		sh.fail(sh.complain(2, "got more than %d commands within each other", maxDepth))
	}
	defer func() { sh.depth-- }()
	alone := sh.alone
	sh.alone = false
	switch {
	case sh.jump.kind != noJump:
	case st.Background || st.Coprocess || st.Disown:
		sh.background(st)
	case st.Negated:
		sh.tested++
		sh.command(st)
		sh.tested--
		if sh.jump.kind == noJump {
			sh.status = truth(sh.status != 0)
		}
	default:
		sh.alone = alone
		sh.command(st)
		if sh.opts['e'] && sh.status != 0 && sh.tested == 0 && counts(st.Cmd) && sh.jump.kind == noJump {
			sh.fail(sh.status)
		}
	}
}

// counts reports whether a command that fails ends a shell under -e. Those made
// of others do not: the others do.
func counts(cmd syntax.Command) bool {
	switch cmd := cmd.(type) {
	case *syntax.BinaryCmd:
		return cmd.Op == syntax.Pipe || cmd.Op == syntax.PipeAll
	case *syntax.Block, *syntax.IfClause, *syntax.WhileClause, *syntax.ForClause, *syntax.CaseClause:
		return false
	}
	return true
}

// truth is the status that says whether something is so.
func truth(so bool) int {
	if so {
		return 0
	}
	return 1
}

// command runs a statement's command with its redirections.
func (sh *shell) command(st *syntax.Stmt) {
	if pos := st.Pos(); pos.IsValid() {
		sh.line = pos.Line()
	}
	if call, ok := st.Cmd.(*syntax.CallExpr); ok {
		sh.call(call, st.Redirs)
		return
	}
	if st.Cmd == nil {
		sh.call(&syntax.CallExpr{}, st.Redirs)
		return
	}
	restore, ok := sh.redirect(st.Redirs)
	defer restore()
	if !ok {
		sh.status = 2
		return
	}
	sh.compound(st.Cmd)
}

// compound runs everything but a simple command.
func (sh *shell) compound(cmd syntax.Command) {
	switch cmd := cmd.(type) {
	case *syntax.BinaryCmd:
		sh.binary(cmd)
	case *syntax.Block:
		sh.stmts(cmd.Stmts)
	case *syntax.Subshell:
		sh.subshell(func(sub *shell) {
			sub.alone = true
			sub.stmts(cmd.Stmts)
		})
	case *syntax.IfClause:
		sh.ifClause(cmd)
	case *syntax.WhileClause:
		sh.whileClause(cmd)
	case *syntax.ForClause:
		sh.forClause(cmd)
	case *syntax.CaseClause:
		sh.caseClause(cmd)
	case *syntax.FuncDecl:
		if cmd.Name != nil {
			sh.funcs[cmd.Name.Value] = cmd.Body
		}
		sh.status = 0
	default:
		sh.extension(cmd)
	}
}

// extension runs what only bash has.
func (sh *shell) extension(cmd syntax.Command) {
	switch cmd := cmd.(type) {
	case *syntax.DeclClause:
		sh.declare(cmd)
	case *syntax.ArithmCmd:
		sh.arithCommand(cmd.X)
	case *syntax.LetClause:
		for _, x := range cmd.Exprs {
			sh.arithCommand(x)
		}
	case *syntax.TestClause:
		so, err := sh.condition(cmd.X)
		if err != nil {
			sh.status = sh.complain(2, "%v", err)
			return
		}
		sh.status = truth(so)
	case *syntax.TimeClause:
		begin := sh.p.machine.fleet.now
		if cmd.Stmt != nil {
			sh.stmt(cmd.Stmt)
		}
		took := sh.p.machine.fleet.now - begin
		fmt.Fprintf(sh.p.Stderr, "\nreal\t%dm%.3fs\nuser\t0m0.000s\nsys\t0m0.000s\n", int(took.Minutes()), (took % 60e9).Seconds())
	default:
		sh.fail(sh.complain(2, "Syntax error: this shell has no %T", cmd))
	}
}

func (sh *shell) arithCommand(x syntax.ArithmExpr) {
	value, err := sh.arith(x)
	if err != nil {
		sh.status = sh.complain(2, "%v", err)
		return
	}
	sh.status = truth(value != 0)
}

// binary runs a && b, a || b and pipelines.
func (sh *shell) binary(cmd *syntax.BinaryCmd) {
	if cmd.Op == syntax.Pipe || cmd.Op == syntax.PipeAll {
		sh.pipeline(cmd)
		return
	}
	alone := sh.alone
	sh.alone = false
	sh.tested++
	sh.stmt(cmd.X)
	sh.tested--
	if sh.jump.kind != noJump || (sh.status == 0) != (cmd.Op == syntax.AndStmt) {
		return
	}
	sh.alone = alone
	sh.stmt(cmd.Y)
}
