package simulator

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"runbook/effect"
)

// This file defines what becomes of a request and of texts on the way through
// XML-RPC over HTTP, as the live client has it: what cannot be sent is refused
// in a rehearsal too, and in the same words.

// unsendable is why a request cannot be sent, or nil.
func unsendable(r *effect.Request) *effect.Error {
	if r.Peer != nil && strings.Contains(r.Peer.User, ":") {
		return &effect.Error{
			Kind: effect.Unauthorized, Message: "user: got a name with a colon, which HTTP basic authentication cannot carry",
		}
	}
	if err := checkCall(r.Operation, r.Args); err != nil {
		return &effect.Error{Kind: effect.Refused, Message: effect.Printable(err.Error())}
	}
	return nil
}

func checkCall(method string, args []effect.Value) error {
	if method == "" {
		return errors.New("method: got no name, want one")
	}
	if err := checkText(method); err != nil {
		return fmt.Errorf("method: %w", err)
	}
	for i, a := range args {
		if err := checkValue(a); err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	return nil
}

// checkValue refuses what XML-RPC has no form for.
func checkValue(v effect.Value) error {
	switch v := v.(type) {
	case string:
		return checkText(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("got %v, want a number that XML-RPC can carry", v)
		}
	case time.Time:
		if y := v.UTC().Year(); y < 0 || y > 9999 {
			return fmt.Errorf("got a time in the year %d, want one of four digits", y)
		}
	case []effect.Value:
		for i, e := range v {
			if err := checkValue(e); err != nil {
				return fmt.Errorf("item %d: %w", i, err)
			}
		}
	case effect.Struct:
		for _, f := range v {
			if err := checkText(f.Name); err != nil {
				return fmt.Errorf("name of a member: %w", err)
			}
			if err := checkValue(f.Value); err != nil {
				return fmt.Errorf("member %q: %w", f.Name, err)
			}
		}
	}
	return nil
}

// checkText refuses text that XML cannot carry.
func checkText(s string) error {
	for i := 0; i < len(s); i++ {
		if s[i] >= ' ' && s[i] < utf8.RuneSelf {
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			return fmt.Errorf("got text that is not UTF-8 at byte %d, want UTF-8 or bytes", i)
		}
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return fmt.Errorf("got text with the control character %U at byte %d, which XML cannot carry; send it as bytes", r, i)
		}
		i += size - 1
	}
	return nil
}

// carried is a value as it arrives: times have no fractions of a second, and
// where a secret would be is a stand-in, because a simulated world resolves none.
func carried(v effect.Value) effect.Value {
	switch v := v.(type) {
	case effect.Secret:
		return v.String()
	case time.Time:
		return v.Truncate(time.Second)
	case []effect.Value:
		list := make([]effect.Value, len(v))
		for i, e := range v {
			list[i] = carried(e)
		}
		return list
	case effect.Struct:
		fields := make(effect.Struct, len(v))
		for i, f := range v {
			fields[i] = effect.Field{Name: f.Name, Value: carried(f.Value)}
		}
		return fields
	}
	return v
}

// carriedArgs are arguments as they arrive, copied only if that changes them.
func carriedArgs(args []effect.Value) []effect.Value {
	for _, a := range args {
		switch a.(type) {
		case effect.Secret, time.Time, []effect.Value, effect.Struct:
			return carried(args).([]effect.Value)
		}
	}
	return args
}
