package rhino

import (
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// fields is a struct for a script.
func fields(d starlark.StringDict) starlark.Value {
	return starlarkstruct.FromStringDict(starlarkstruct.Default, d)
}

// rowsOf are the structs of rows, in a list that a script may change.
func rowsOf[T any](rows []T, err error, row func(T) starlark.StringDict) (starlark.Value, error) {
	if err != nil {
		return nil, err
	}
	elems := make([]starlark.Value, len(rows))
	for i, r := range rows {
		elems[i] = fields(row(r))
	}
	return starlark.NewList(elems), nil
}

func membersValue(a *answer) (starlark.Value, error) {
	rows, err := parseMembers(a.text)
	return rowsOf(rows, err, func(r memberRow) starlark.StringDict {
		return starlark.StringDict{
			"id": starlark.MakeInt(r.ID), "alarms": starlark.MakeInt(r.Alarms), "host": starlark.String(r.Host), "type": starlark.String(r.Type),
			"slee": starlark.String(r.SLEE), "start": starlark.String(r.Start), "uptime": starlark.String(r.Uptime),
		}
	})
}

func statesValue(a *answer) (starlark.Value, error) {
	rows, err := parseStates(a.text, a.call.named())
	return rowsOf(rows, err, stateFields)
}

func stateFields(r stateRow) starlark.StringDict {
	return starlark.StringDict{"id": starlark.MakeInt(r.ID), "state": starlark.String(r.State), "default": starlark.Bool(r.Default)}
}

// desiredValue is a list of states, or with -default the one.
func desiredValue(a *answer) (starlark.Value, error) {
	if slices.Contains(a.call.words, "-default") {
		state, err := parseDefault(a.text)
		return starlark.String(state), err
	}
	return statesValue(a)
}

func convergedValue(a *answer) (starlark.Value, error) {
	yes, err := parseConverged(a.text)
	return starlark.Bool(yes), err
}

func reachedValue(a *answer) (starlark.Value, error) {
	yes, err := parseReached(a.text)
	return starlark.Bool(yes), err
}

func servicesValue(a *answer) (starlark.Value, error) {
	rows, err := parseServices(a.text)
	return rowsOf(rows, err, func(r serviceRow) starlark.StringDict {
		return starlark.StringDict{"node": starlark.MakeInt(r.Node), "name": starlark.String(r.Name), "vendor": starlark.String(r.Vendor), "version": starlark.String(r.Version)}
	})
}

func (c *Cluster) alarmsValue(a *answer) (starlark.Value, error) {
	rows, err := parseAlarms(a.text, c.Conventions.NoAlarms)
	return rowsOf(rows, err, func(r alarmRow) starlark.StringDict {
		node := starlark.Value(starlark.None)
		if r.Node > 0 {
			node = starlark.MakeInt(r.Node)
		}
		return starlark.StringDict{
			"node": node, "time": starlark.String(r.Time), "severity": starlark.String(r.Severity),
			"type": starlark.String(r.Type), "text": starlark.String(r.Text),
		}
	})
}

// reportValue is struct(nodes, states, reassigned_to, complete, text).
func reportValue(a *answer) (starlark.Value, error) {
	r := parseReport(a.text)
	if a.known && strings.TrimSpace(plain(a.text)) == "" && slices.Contains(a.call.words, "-ifneeded") {
		r.Complete = true // nothing was needed
	}
	states, _ := rowsOf(r.States, nil, stateFields)
	return fields(starlark.StringDict{
		"nodes": numbers(r.Nodes), "states": states, "reassigned_to": numbers(r.Reassigned),
		"complete": starlark.Bool(r.Complete), "text": starlark.String(a.text),
	}), nil
}

// textValue is what was printed, as it is; None of a change that was settled.
func textValue(a *answer) (starlark.Value, error) {
	if !a.known {
		return starlark.None, nil
	}
	return starlark.String(a.text), nil
}

func numbers(list []int) starlark.Value {
	elems := make([]starlark.Value, len(list))
	for i, n := range list {
		elems[i] = starlark.MakeInt(n)
	}
	return starlark.NewList(elems)
}

// named are the nodes that a command names with -nodes.
func (k *call) named() []int {
	i := slices.Index(k.words, "-nodes")
	if i < 0 || i+1 == len(k.words) {
		return nil
	}
	ids, _ := idList(k.words[i+1])
	return ids
}
