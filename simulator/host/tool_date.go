package host

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

var dateOptions = optionTable{
	short: "ud:r:I::R", long: "utc=u universal=u date=d: reference=r: iso-8601=I? rfc-email=R rfc-3339=rfc3339:",
}

// runDate is date. The machine's clock is UTC.
func runDate(c *call) int {
	when := c.fleet().Date().UTC()
	switch c.given.which("d", "r") {
	case "d":
		var ok bool
		if when, ok = parseDate(c.given.last("d", ""), when); !ok {
			return c.fail("invalid date '%s'", c.given.last("d", ""))
		}
	case "r":
		info, err := c.stat(c.given.last("r", ""))
		if err != nil {
			return c.trouble(c.given.last("r", ""), err)
		}
		when = info.ModTime().UTC()
	}
	format := "%a %b %e %H:%M:%S %Z %Y"
	switch c.given.which("I", "R", "rfc3339") {
	case "I":
		var ok bool
		if format, ok = isoFormat(c.given.last("I", "")); !ok {
			return c.usage("invalid argument '%s' for '--iso-8601'\nValid arguments are:\n  - 'hours'\n  - 'minutes'\n  - 'date'\n  - 'seconds'\n  - 'ns'", c.given.last("I", ""))
		}
	case "R":
		format = "%a, %d %b %Y %H:%M:%S %z"
	case "rfc3339":
		var ok bool
		if format, ok = map[string]string{"date": "%Y-%m-%d", "seconds": "%Y-%m-%d %H:%M:%S%:z", "ns": "%Y-%m-%d %H:%M:%S.%N%:z"}[c.given.last("rfc3339", "")]; !ok {
			return c.usage("invalid argument '%s' for '--rfc-3339'\nValid arguments are:\n  - 'date'\n  - 'seconds'\n  - 'ns'", c.given.last("rfc3339", ""))
		}
	}
	for i, arg := range c.args {
		switch {
		case i > 0:
			return c.usage("extra operand '%s'", arg)
		case !strings.HasPrefix(arg, "+") && strings.Trim(arg, "0123456789.") == "" && len(arg) >= 8:
			return c.fail("cannot set date: Operation not permitted")
		case !strings.HasPrefix(arg, "+"):
			return c.fail("invalid date '%s'", arg)
		case c.given.has("I", "R", "rfc3339"):
			return c.fail("multiple output formats specified")
		}
		format = arg[1:]
	}
	c.printf("%s\n", formatDate(when, format))
	return 0
}

func isoFormat(precision string) (string, bool) {
	switch precision {
	case "", "date":
		return "%Y-%m-%d", true
	case "hours":
		return "%Y-%m-%dT%H%:z", true
	case "minutes":
		return "%Y-%m-%dT%H:%M%:z", true
	case "seconds":
		return "%Y-%m-%dT%H:%M:%S%:z", true
	case "ns":
		return "%Y-%m-%dT%H:%M:%S,%N%:z", true
	}
	return "", false
}

// dateFields are the conversions of date, as Go's layouts write them.
var dateFields = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'h': "Jan", 'c': "Mon Jan _2 15:04:05 2006", 'd': "02", 'D': "01/02/06", 'e': "_2", 'F': "2006-01-02",
	'H': "15", 'I': "03", 'm': "01", 'M': "04", 'p': "PM", 'r': "03:04:05 PM", 'R': "15:04", 'S': "05", 'T': "15:04:05", 'x': "01/02/06", 'X': "15:04:05",
	'y': "06", 'Y': "2006", 'z': "-0700", 'Z': "MST", 'P': "pm",
}

// formatDate writes a time as date's +FORMAT says.
func formatDate(t time.Time, format string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		from := i
		i++
		flag := byte(0)
		if strings.IndexByte("-_0^:", format[i]) >= 0 && i+1 < len(format) {
			flag = format[i]
			i++
		}
		width := 0
		for isDigit(format[i]) && i+1 < len(format) {
			width = min(99, width*10+int(format[i]-'0'))
			i++
		}
		text, ok := dateField(t, format[i], flag, width)
		if !ok {
			text = format[from : i+1]
		}
		b.WriteString(text)
	}
	return b.String()
}

func dateField(t time.Time, c, flag byte, width int) (string, bool) {
	if c == 'N' {
		digits := fmt.Sprintf("%09d", t.Nanosecond())
		if width > 0 && width < 9 {
			digits = digits[:width]
		}
		return digits, true
	}
	text, ok := dateText(t, c)
	if !ok {
		return "", false
	}
	switch flag {
	case '-':
		if trimmed := strings.TrimLeft(text, "0 "); trimmed != "" || text == "" {
			text = trimmed
		} else {
			text = "0"
		}
	case '_':
		trimmed := strings.TrimLeft(text[:len(text)-1], "0")
		text = strings.Repeat(" ", len(text)-1-len(trimmed)) + trimmed + text[len(text)-1:]
	case '0':
		text = strings.ReplaceAll(text, " ", "0")
	case '^':
		text = strings.ToUpper(text)
	case ':':
		if c != 'z' {
			return "", false
		}
		text = t.Format("-07:00")
	}
	pad := "0"
	if isAlpha(c) && strings.IndexByte("aAbBhpPZc", c) >= 0 || flag == '_' {
		pad = " "
	}
	return strings.Repeat(pad, max(0, width-len(text))) + text, true
}

func dateText(t time.Time, c byte) (string, bool) {
	if layout, ok := dateFields[c]; ok {
		return t.Format(layout), true
	}
	year, week := t.ISOWeek()
	switch c {
	case '%':
		return "%", true
	case 'n':
		return "\n", true
	case 't':
		return "\t", true
	case 's':
		return strconv.FormatInt(t.Unix(), 10), true
	case 'j':
		return fmt.Sprintf("%03d", t.YearDay()), true
	case 'C':
		return fmt.Sprintf("%02d", t.Year()/100), true
	case 'u':
		return number10((int(t.Weekday())+6)%7 + 1), true
	case 'w':
		return number10(int(t.Weekday())), true
	case 'k':
		return fmt.Sprintf("%2d", t.Hour()), true
	case 'l':
		return fmt.Sprintf("%2d", (t.Hour()+11)%12+1), true
	case 'G':
		return number10(year), true
	case 'g':
		return fmt.Sprintf("%02d", year%100), true
	case 'V':
		return fmt.Sprintf("%02d", week), true
	case 'U':
		return fmt.Sprintf("%02d", (t.YearDay()+6-int(t.Weekday()))/7), true
	case 'W':
		return fmt.Sprintf("%02d", (t.YearDay()+6-(int(t.Weekday())+6)%7)/7), true
	case 'q':
		return number10((int(t.Month()) + 2) / 3), true
	}
	return "", false
}

// dateLayouts are the forms of a date that are read.
var dateLayouts = []string{
	"2006-01-02", "2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05 MST", "2006-01-02 15:04 MST", "Mon Jan 2 15:04:05 MST 2006", "20060102", "2006/01/02", "02 Jan 2006", "Jan 2 2006", "2006-01-02 15:04:05 -0700",
}

// parseDate reads a date as the GNU tools do: @seconds, now, today, yesterday,
// tomorrow, an ISO date, and relative ones like "2 hours ago" or "+1 day".
func parseDate(text string, now time.Time) (time.Time, bool) {
	text = strings.TrimSpace(text)
	if seconds, ok := strings.CutPrefix(text, "@"); ok {
		n, err := strconv.ParseFloat(seconds, 64)
		whole := int64(n)
		return time.Unix(whole, int64((n-float64(whole))*1e9)).UTC(), err == nil && n > -1e11 && n < 1e11
	}
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), true
		}
	}
	t := now
	words := strings.Fields(strings.ToLower(text))
	if len(words) > 0 {
		if day, err := time.Parse("2006-01-02", words[0]); err == nil {
			t, words = day, words[1:]
		}
	}
	for len(words) > 0 {
		switch words[0] {
		case "now", "today":
			words = words[1:]
			continue
		case "yesterday":
			t, words = t.AddDate(0, 0, -1), words[1:]
			continue
		case "tomorrow":
			t, words = t.AddDate(0, 0, 1), words[1:]
			continue
		}
		var ok bool
		if t, words, ok = relativeDate(t, words); !ok {
			return t, false
		}
	}
	return t, true
}

// relativeDate reads "N UNIT [ago]".
func relativeDate(t time.Time, words []string) (time.Time, []string, bool) {
	n, err := strconv.Atoi(words[0])
	if err != nil || len(words) < 2 || n > 1_000_000 || n < -1_000_000 {
		return t, nil, false
	}
	unit := strings.TrimSuffix(words[1], "s")
	words = words[2:]
	if len(words) > 0 && words[0] == "ago" {
		n, words = -n, words[1:]
	}
	switch unit {
	case "sec", "second":
		return t.Add(time.Duration(n) * time.Second), words, true
	case "min", "minute":
		return t.Add(time.Duration(n) * time.Minute), words, true
	case "hour":
		return t.Add(time.Duration(n) * time.Hour), words, true
	case "day":
		return t.AddDate(0, 0, n), words, true
	case "week":
		return t.AddDate(0, 0, 7*n), words, true
	case "month":
		return t.AddDate(0, n, 0), words, true
	case "year":
		return t.AddDate(n, 0, 0), words, true
	}
	return t, nil, false
}
