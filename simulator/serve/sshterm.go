package serve

import (
	"unicode/utf8"
)

// This file defines the line discipline of a simulated terminal: what the
// kernel does with keys before a program sees a line.

// A keystroke is what came of some keys.
type keystroke int

const (
	lineTyped   keystroke = iota // a whole line, with its line feed
	endTyped                     // Ctrl-D where nothing else was typed
	interrupted                  // Ctrl-C
	quitted                      // Ctrl-\
)

// Keys that the discipline knows.
const (
	keyInterrupt = 0x03 // Ctrl-C
	keyEnd       = 0x04 // Ctrl-D
	keyBackspace = 0x08
	keyKillLine  = 0x15 // Ctrl-U
	keyKillWord  = 0x17 // Ctrl-W
	keyEscape    = 0x1b
	keyQuit      = 0x1c // Ctrl-\
	keyDelete    = 0x7f
)

// A terminal makes lines of keys. It is for one goroutine at a time.
type terminal struct {
	echo  func(text string)
	limit int // bytes of a line; more is not taken

	line   []byte
	escape int // how far into an escape sequence: 0 not, 1 behind ESC, 2 behind ESC [
}

// wipe is how the last character goes from the screen.
const wipe = "\b \b"

// take works through keys, and tells what came of them.
func (t *terminal) take(keys []byte, tell func(k keystroke, line string)) {
	for _, key := range keys {
		if t.escape > 0 || key == keyEscape {
			t.skip(key)
			continue
		}
		t.press(key, tell)
	}
}

// skip passes over the keys that have no character: arrows and the like.
func (t *terminal) skip(key byte) {
	switch {
	case key == keyEscape:
		t.escape = 1
	case t.escape == 1 && (key == '[' || key == 'O'):
		t.escape = 2
	case t.escape == 2 && (key < 0x40 || key > 0x7e):
	default:
		t.escape = 0
	}
}

func (t *terminal) press(key byte, tell func(k keystroke, line string)) {
	switch key {
	case '\r', '\n':
		t.echo("\r\n")
		line := string(t.line) + "\n"
		t.line = t.line[:0]
		tell(lineTyped, line)
	case keyInterrupt, keyQuit:
		t.line = t.line[:0]
		if key == keyInterrupt {
			t.echo("^C")
			tell(interrupted, "")
		} else {
			t.echo("^\\")
			tell(quitted, "")
		}
	case keyEnd:
		if len(t.line) == 0 {
			tell(endTyped, "")
		}
	case keyBackspace, keyDelete:
		t.back()
	case keyKillLine:
		for len(t.line) > 0 {
			t.back()
		}
	case keyKillWord:
		t.backWord()
	default:
		t.character(key)
	}
}

func (t *terminal) character(key byte) {
	if key < 0x20 && key != '\t' || len(t.line) >= t.limit {
		return
	}
	t.line = append(t.line, key)
	t.echo(string([]byte{key}))
}

// back takes the last character away.
func (t *terminal) back() {
	if len(t.line) == 0 {
		return
	}
	_, size := utf8.DecodeLastRune(t.line)
	t.line = t.line[:len(t.line)-size]
	t.echo(wipe)
}

// backWord takes the last word away, and the spaces behind it.
func (t *terminal) backWord() {
	for len(t.line) > 0 && t.line[len(t.line)-1] == ' ' {
		t.back()
	}
	for len(t.line) > 0 && t.line[len(t.line)-1] != ' ' {
		t.back()
	}
}
