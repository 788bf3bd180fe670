package host

import (
	"errors"
	"strings"
	"testing"
)

func TestCompiledKeepsWhatWasMade(t *testing.T) {
	t.Parallel()
	var c compiled[string, int]
	made := 0
	from := func(text string) func() (int, error) {
		return func() (int, error) {
			if made++; text == "bad" {
				return 0, errors.New("bad")
			}
			return len(text), nil
		}
	}
	long := strings.Repeat("x", longCompiled+1)
	for _, tt := range []struct {
		text string
		want int // made so far
	}{{"a", 1}, {"a", 1}, {"bb", 2}, {"a", 2}, {"bad", 3}, {"bad", 4}, {long, 5}, {long, 6}} {
		if v, err := c.get(tt.text, tt.text, from(tt.text)); made != tt.want || err == nil && v != len(tt.text) {
			t.Errorf("%.9q: got %d, %v after %d were made, want %d and %d", tt.text, v, err, made, len(tt.text), tt.want)
		}
	}
	for i := range mostCompiled {
		_, _ = c.get(strings.Repeat("y", i+1), "", from("y"))
	}
	if len(c.of) > mostCompiled {
		t.Errorf("got %d kept, want at most %d", len(c.of), mostCompiled)
	}
}
