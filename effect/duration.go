package effect

import (
	"fmt"
	"strings"
	"time"
)

// ParseDuration reads a duration as scripts, scenarios and flags write it:
// "90s", "1h30m", "250ms", "2d".
func ParseDuration(s string) (time.Duration, error) {
	var days time.Duration
	rest := s
	if n, after, ok := strings.Cut(s, "d"); ok {
		var d int
		if _, err := fmt.Sscanf(n+"\n", "%d\n", &d); err != nil || d < 0 || d > 36500 {
			return 0, fmt.Errorf("got %q, want a duration such as \"90s\" or \"1h30m\"", s)
		}
		days, rest = time.Duration(d)*24*time.Hour, after
	}
	if rest == "" && days > 0 {
		return days, nil
	}
	d, err := time.ParseDuration(rest)
	if err != nil || rest != s && (d < 0 || days+d < 0) {
		return 0, fmt.Errorf("got %q, want a duration such as \"90s\" or \"1h30m\"", s)
	}
	return days + d, nil
}

// FormatDuration is the short form that people read: "1h30m", "2m", "1.5s", "0s".
// From a minute on it is rounded to seconds, below to milliseconds.
func FormatDuration(d time.Duration) string {
	switch {
	case d >= time.Minute:
		d = d.Round(time.Second)
	case d >= time.Second:
		d = d.Round(10 * time.Millisecond)
	default:
		d = d.Round(10 * time.Microsecond)
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
