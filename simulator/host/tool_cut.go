package host

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A span is a range of fields or bytes, from 1.
type span struct{ from, to int }

// parseSpans reads a list like 1,3-5,7-.
func parseSpans(list, what string) ([]span, error) {
	var spans []span
	for item := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		low, high, ranged := strings.Cut(item, "-")
		s := span{1, math.MaxInt}
		if low == "" && high == "" {
			return nil, errors.New("invalid range with no endpoint: -")
		}
		var err error
		if low != "" {
			if s.from, err = strconv.Atoi(low); err != nil || strings.HasPrefix(low, "+") {
				return nil, fmt.Errorf("invalid %s '%s'", spanValue(what), item)
			}
		}
		switch {
		case !ranged:
			s.to = s.from
		case high != "":
			if s.to, err = strconv.Atoi(high); err != nil || strings.HasPrefix(high, "+") {
				return nil, fmt.Errorf("invalid %s '%s'", spanValue(what), high)
			}
		}
		if s.from == 0 {
			return nil, errors.New(map[string]string{"field": "fields are numbered from 1", "byte/character position": "byte/character positions are numbered from 1"}[what])
		}
		if s.to < s.from {
			return nil, errors.New("invalid decreasing range")
		}
		spans = append(spans, s)
	}
	if spans == nil {
		return nil, errors.New(map[string]string{"field": "fields are numbered from 1", "byte/character position": "byte/character positions are numbered from 1"}[what])
	}
	return spans, nil
}

// spanValue is what cut calls a value in a list.
func spanValue(what string) string {
	if what == "field" {
		return "field value"
	}
	return what
}

func inSpans(spans []span, n int) bool {
	for _, s := range spans {
		if n >= s.from && n <= s.to {
			return true
		}
	}
	return false
}

var cutOptions = optionTable{
	short: "b:c:f:d:sn",
	long:  "bytes=b: characters=c: fields=f: delimiter=d: only-delimited=s complement=complement output-delimiter=out:",
}

// A cutter is one run of cut.
type cutter struct {
	*call
	spans      []span
	fields     bool
	tab        byte
	joint      string
	complement bool
}

// runCut is cut.
func runCut(c *call) int {
	k := &cutter{call: c, tab: '\t', complement: c.given.has("complement")}
	if err := k.options(); err != nil {
		return c.usage("%v", err)
	}
	return c.eachLine(c.inputs(), func(line []byte) bool {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if k.fields {
			line = k.cutFields(line)
		} else {
			line = k.cutBytes(line)
		}
		if line == nil {
			return true
		}
		_, err := c.out.Write(append(line, '\n'))
		return err == nil
	})
}

func (k *cutter) options() error {
	list, kinds := "", 0
	for _, o := range k.given {
		if o.name == "b" || o.name == "c" || o.name == "f" {
			list = o.value
			kinds++
			k.fields = o.name == "f"
		}
	}
	switch {
	case kinds == 0:
		return errors.New("you must specify a list of bytes, characters, or fields")
	case kinds > 1:
		return errors.New("only one list may be specified")
	}
	delimiter, given := k.given.last("d", "\t"), k.given.has("d")
	switch {
	case len(delimiter) > 1:
		return errors.New("the delimiter must be a single character")
	case given && !k.fields:
		return errors.New("an input delimiter may be specified only when operating on fields")
	case k.given.has("s") && !k.fields:
		return errors.New("suppressing non-delimited lines makes sense\n\tonly when operating on fields")
	case delimiter == "":
		delimiter = "\x00"
	}
	k.tab = delimiter[0]
	if k.joint = delimiter; k.given.has("out") || !k.fields {
		k.joint = k.given.last("out", "")
	}
	what := "byte/character position"
	if k.fields {
		what = "field"
	}
	var err error
	k.spans, err = parseSpans(list, what)
	return err
}

func (k *cutter) takes(n int) bool { return inSpans(k.spans, n) != k.complement }

func (k *cutter) cutFields(line []byte) []byte {
	fields := bytes.Split(line, []byte{k.tab})
	if len(fields) == 1 {
		if k.given.has("s") {
			return nil
		}
		return bytes.Clone(line)
	}
	kept := [][]byte{}
	for i, field := range fields {
		if k.takes(i + 1) {
			kept = append(kept, field)
		}
	}
	return append([]byte{}, bytes.Join(kept, []byte(k.joint))...)
}

func (k *cutter) cutBytes(line []byte) []byte {
	kept := []byte{}
	last := 0
	for i := range line {
		if !k.takes(i + 1) {
			continue
		}
		if last > 0 && (i > last || k.starts(i+1)) {
			kept = append(kept, k.joint...)
		}
		kept = append(kept, line[i])
		last = i + 1
	}
	return kept
}

// starts reports whether a span begins here that no other runs into.
func (k *cutter) starts(n int) bool {
	begins := false
	for _, s := range k.spans {
		if s.from < n && s.to >= n {
			return false
		}
		begins = begins || s.from == n
	}
	return begins && !k.complement
}

var uniqOptions = optionTable{
	short:  "cdDuif:s:w:z",
	long:   "count=c repeated=d unique=u ignore-case=i skip-fields=f: skip-chars=s: check-chars=w:",
	number: "f",
}

// runUniq is uniq.
func runUniq(c *call) int {
	if c.given.has("D", "z") {
		return c.usage("the options -D and -z are not modelled on a simulated host")
	}
	if len(c.args) > 2 {
		return c.usage("extra operand '%s'", c.args[2])
	}
	skip := map[string]int{"w": math.MaxInt}
	for _, o := range c.given {
		if strings.Contains("fsw", o.name) {
			n, err := strconv.Atoi(o.value)
			if err != nil || n < 0 {
				return c.fail("%s: invalid number of %s", o.value, map[string]string{"f": "fields to skip", "s": "bytes to skip", "w": "bytes to compare"}[o.name])
			}
			skip[o.name] = n
		}
	}
	var group, key []byte
	count := 0
	var shown bytes.Buffer
	flush := func() {
		switch {
		case count == 0 || count == 1 && c.given.has("d") || count > 1 && c.given.has("u"):
			return
		case c.given.has("c"):
			fmt.Fprintf(&shown, "%7d ", count)
		}
		shown.Write(append(group, '\n'))
	}
	names := c.inputs()
	status := c.eachLine(names[:1], func(line []byte) bool {
		line = bytes.TrimSuffix(line, []byte("\n"))
		k := uniqKey(line, skip, c.given.has("i"))
		if count > 0 && bytes.Equal(k, key) {
			count++
			return true
		}
		flush()
		group, key, count = bytes.Clone(line), k, 1
		if len(names) == 1 {
			shown.WriteTo(c.out)
		}
		return true
	})
	flush()
	if len(names) > 1 {
		if err := c.save(names[1], shown.Bytes()); err != nil {
			return c.trouble(names[1], err)
		}
		return status
	}
	shown.WriteTo(c.out)
	return status
}

// uniqKey gives the part of a line that counts.
func uniqKey(line []byte, skip map[string]int, fold bool) []byte {
	at := 0
	for range skip["f"] {
		at = skipBlanks(line, at)
		for at < len(line) && line[at] != ' ' && line[at] != '\t' {
			at++
		}
	}
	line = line[min(len(line), at+skip["s"]):]
	line = line[:min(len(line), skip["w"])]
	if fold {
		return upperASCII(line)
	}
	return bytes.Clone(line)
}
