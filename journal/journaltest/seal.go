package journaltest

import (
	"bytes"
	"fmt"
	"hash/crc32"
)

// Seal gives every line of text that ends in a checksum the one that it must
// have, so that a fuzzer gets past it. Text without such lines stays as it is.
func Seal(text []byte) []byte {
	const tail = `,"crc":"00000000"}`
	lines := bytes.SplitAfter(text, []byte{'\n'})
	var chain uint32
	for i, line := range lines {
		end := len(line) - len(tail) - 1
		if end < 0 || string(line[end:end+8]) != tail[:8] || string(line[len(line)-3:]) != "\"}\n" {
			continue
		}
		chain = crc32.Update(chain, crc32.MakeTable(crc32.Castagnoli), line[:end])
		lines[i] = fmt.Appendf(bytes.Clone(line[:end]), `,"crc":"%08x"}`+"\n", chain)
	}
	return bytes.Join(lines, nil)
}
