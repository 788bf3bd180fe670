package serve

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"runbook/effect"
	"runbook/simulator"
)

// This file defines the log: JSON lines of three kinds, told apart by their
// first field.
//
//	{"event":"call","at":"20m3.25s","system":"demo","path":"/cluster1","method":"startupNode","args":["n0011"],"outcome":"ok","took":"35µs"}
//	{"event":"hazard","at":"20m3.25s","system":"demo","hazard":"flagged-node-booted","detail":"n0011"}
//	{"event":"end","at":"31m","calls":117,"hazards":0}
//
// The lines of the SSH face are in sshlog.go.

// logCall writes the line of a call.
func (s *Server) logCall(c *call, o outcome) {
	if s.config.Log == nil {
		return
	}
	b := buffers.Get().(*[]byte)
	defer release(b)
	line := append((*b)[:0], `{"event":"call","at":`...)
	line = appendJSON(line, stamp(c.virtual))
	line = appendField(line, "system", s.sites[c.site].system.Name)
	line = appendField(line, "path", c.Path)
	line = appendField(line, "method", c.Method)
	line = append(line, `,"args":[`...)
	for i, arg := range c.Args {
		if i > 0 {
			line = append(line, ',')
		}
		line = appendArg(line, c.Method, i, arg)
	}
	line = appendField(append(line, ']'), "outcome", o.what)
	if o.code != 0 {
		line = strconv.AppendInt(append(line, `,"code":`...), o.code, 10)
	}
	if o.text != "" {
		line = appendField(line, "text", o.text)
	}
	if o.what == "lost" {
		line = strconv.AppendBool(append(line, `,"took_effect":`...), o.taken)
	}
	if o.reply != nil {
		line = strconv.AppendInt(append(line, `,"bytes":`...), int64(len(*o.reply)), 10)
	}
	line = appendField(line, "took", time.Since(c.began).Round(time.Microsecond).String())
	*b = append(line, "}\n"...)
	s.write(*b)
}

// watch reports what a system has newly seen. The world is locked.
func (s *Server) watch(site int, now time.Duration) {
	system := s.sites[site].system
	count := 0
	for _, h := range system.HazardsAt(now) {
		if h.Standing {
			break // those are listed last; they count at the end
		}
		count++
		if count > s.seen[site] {
			s.seen[site] = count
			s.hazard(simulator.Hazard{System: system.Name, Hazard: h})
		}
	}
}

// watchClusters reports what Rhino clusters have newly seen, and counts all of
// it. The world is locked.
func (s *Server) watchClusters() (all int) {
	for i, c := range s.world.Clusters() {
		hazards := c.Hazards()
		all += len(hazards)
		count := 0
		for _, h := range hazards {
			if h.Standing {
				continue
			}
			if count++; count > s.risen[i] {
				s.risen[i] = count
				s.hazard(simulator.Hazard{System: c.Name, Hazard: h})
			}
		}
	}
	return all
}

func (s *Server) hazard(h simulator.Hazard) {
	if s.config.OnHazard != nil {
		s.config.OnHazard(h)
	}
	if s.config.Log == nil {
		return
	}
	line := appendJSON([]byte(`{"event":"hazard","at":`), stamp(h.At))
	line = appendField(line, "system", h.System)
	line = appendField(line, "hazard", h.Name)
	line = appendField(line, "detail", h.Detail)
	s.write(append(line, "}\n"...))
}

// report ends the log: with the hazards that stand, and how much there was.
func (s *Server) report() {
	s.access.Lock()
	defer s.access.Unlock()
	now := s.now()
	s.world.Advance(now)
	all := 0
	for i, at := range s.sites {
		s.watch(i, now)
		for _, h := range at.system.HazardsAt(now) {
			all++
			if h.Standing {
				s.hazard(simulator.Hazard{System: at.system.Name, Hazard: h})
			}
		}
	}
	all += s.watchClusters()
	if s.config.Log == nil {
		return
	}
	line := appendJSON([]byte(`{"event":"end","at":`), stamp(now))
	line = strconv.AppendUint(append(line, `,"calls":`...), s.calls, 10)
	if s.ssh != nil {
		line = strconv.AppendUint(append(line, `,"commands":`...), s.commands.Load(), 10)
	}
	line = strconv.AppendInt(append(line, `,"hazards":`...), int64(all), 10)
	s.write(append(line, "}\n"...))
}

// write writes a whole line at once. A log that cannot be written is not a
// reason to stop serving.
func (s *Server) write(line []byte) {
	s.lines.Lock()
	defer s.lines.Unlock()
	_, _ = s.config.Log.Write(line)
}

func stamp(d time.Duration) string { return d.Round(time.Millisecond).String() }

func appendField(b []byte, name, text string) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	return appendJSON(b, text)
}

// appendJSON writes a JSON string. Bytes that are not UTF-8 are replaced.
func appendJSON(b []byte, text string) []byte {
	b = append(b, '"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < 0x20 || r == 0x7F:
			b = append(b, '\\', 'u', '0', '0', "01234567"[r>>4], "0123456789abcdef"[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// secretArgs are the arguments that are passwords, by method and position;
// members of dictionaries are known by their names.
var secretArgs = map[string][]int{
	"getDatabaseStatistics": {1},
	"setDiskPassword":       {0, 1, 2},
	"uploadTlsFiles":        {1},
	"uploadKeyTab":          {0, 1},
	"setKeyStore":           {0, 1, 2},
}

const hidden = "<secret>"

// appendArg writes an argument, without the passwords in it and cut to what a
// person reads. What is text is text; the rest is as a script would write it.
func appendArg(b []byte, method string, i int, arg effect.Value) []byte {
	for _, secret := range secretArgs[method[strings.LastIndexByte(method, '.')+1:]] {
		if i == secret {
			return appendJSON(b, hidden)
		}
	}
	switch v := arg.(type) {
	case string:
		if len(v) <= 100 {
			return appendJSON(b, v)
		}
	case int64:
		return strconv.AppendInt(b, v, 10)
	}
	return appendJSON(b, effect.Describe(withoutSecrets(arg)))
}

// withoutSecrets is a value in which the members that are passwords say so.
func withoutSecrets(v effect.Value) effect.Value {
	switch v := v.(type) {
	case []effect.Value:
		list := make([]effect.Value, len(v))
		for i, e := range v {
			list[i] = withoutSecrets(e)
		}
		return list
	case effect.Struct:
		fields := make(effect.Struct, len(v))
		for i, f := range v {
			name := strings.ToLower(f.Name)
			if strings.Contains(name, "pass") || strings.Contains(name, "secret") || strings.Contains(name, "key") {
				f.Value = hidden
			} else {
				f.Value = withoutSecrets(f.Value)
			}
			fields[i] = f
		}
		return fields
	}
	return v
}
