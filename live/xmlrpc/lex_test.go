package xmlrpc

import (
	"encoding/binary"
	"testing"

	"pgregory.net/rapid"
)

func TestAllPlain(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		for at := range 8 {
			word := []byte("abcdefgh")
			word[at] = byte(c)
			want := utf8Classes[c] == plain && c >= ' '
			if got := allPlain(binary.LittleEndian.Uint64(word)); got != want {
				t.Errorf("allPlain(%q) = %v, want %v", word, got, want)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		bytes := rapid.OneOf(rapid.ByteRange(' '-1, 'A'), rapid.Byte())
		word := rapid.SliceOfN(bytes, 8, 8).Draw(t, "word")
		if !allPlain(binary.LittleEndian.Uint64(word)) {
			return
		}
		for _, c := range word {
			if singleClasses[c] != plain {
				t.Fatalf("allPlain(%q), want not", word)
			}
		}
	})
}
