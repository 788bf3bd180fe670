package interpreter

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A worker is a Starlark thread that executes branches, one after the other: a
// parallel of ten thousand items under a limit of 64 needs 64 of them.
type worker struct {
	thread  *starlark.Thread
	branch  *Branch // that it executes; nil while idle
	budget  *budget
	counted uint64                     // steps that the budget knows of
	places  map[syntax.Position]string // written out once
}

const workerKey = "runbook.worker"

func newWorker(b *budget) *worker {
	w := &worker{budget: b, places: map[syntax.Position]string{}}
	w.thread = &starlark.Thread{Print: printNote, OnMaxSteps: func(*starlark.Thread) { w.look() }}
	w.thread.SetLocal(workerKey, w)
	return w
}

// worker takes a worker to execute the branch. The caller releases it.
func (b *Branch) worker(name string) *worker {
	w := b.run.budget.take()
	w.branch, w.thread.Name = b, name
	return w
}

// release gives the worker back.
func (w *worker) release() {
	w.branch = nil
	w.budget.giveBack(w)
}

// workerOf is the worker whose thread it is, nil for a thread of nobody's.
func workerOf(t *starlark.Thread) *worker {
	w, _ := t.Local(workerKey).(*worker)
	return w
}

// printNote hears what a script prints.
func printNote(t *starlark.Thread, text string) {
	if w := workerOf(t); w != nil && w.branch != nil {
		w.branch.Say(NotePrint, text, Caller(t))
	}
}

// Caller is the position of the innermost script code that a thread executes.
func Caller(t *starlark.Thread) string {
	for depth := range t.CallStackDepth() {
		pos := t.CallFrame(depth).Pos
		if pos.Filename() == "<builtin>" {
			continue
		}
		w := workerOf(t)
		if w == nil {
			return pos.String()
		}
		text, known := w.places[pos]
		if !known {
			text = pos.String()
			w.places[pos] = text
		}
		return text
	}
	return ""
}
