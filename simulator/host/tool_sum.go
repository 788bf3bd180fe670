package host

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"
)

// runSum is md5sum, sha1sum, sha256sum and sha512sum.
func runSum(c *call) int {
	make := map[string]func() hash.Hash{"md5sum": md5.New, "sha1sum": sha1.New, "sha256sum": sha256.New, "sha512sum": sha512.New}[c.name]
	status := 0
	for _, name := range c.inputs() {
		if c.given.has("c") {
			status = max(status, c.checkSums(name, make))
			continue
		}
		data, err := c.readAll(name)
		if err != nil {
			status = c.trouble(name, err)
			continue
		}
		c.printf("%s %s%s\n", digest(make, data), map[bool]string{true: "*", false: " "}[c.given.has("b")], name)
	}
	return status
}

func digest(make func() hash.Hash, data []byte) string {
	h := make()
	_, _ = h.Write(data)
	return fmt.Sprintf("%x", h.Sum(nil))
}

// checkSums is -c: each line of a file is a sum and a name.
func (c *call) checkSums(list string, make func() hash.Hash) int {
	data, err := c.readAll(list)
	if err != nil {
		return c.trouble(list, err)
	}
	wrong, unread, bad, good := 0, 0, 0, 0
	for line := range strings.SplitSeq(strings.TrimSuffix(string(data), "\n"), "\n") {
		sum, name, ok := strings.Cut(line, " ")
		if !ok || len(sum) != 2*make().Size() || len(name) < 2 {
			bad++
			continue
		}
		name = name[1:]
		content, err := c.readAll(name)
		switch {
		case err != nil:
			c.complain("%s: %s", name, reason(err))
			unread++
			c.printf("%s: FAILED open or read\n", name)
		case digest(make, content) != strings.ToLower(sum):
			wrong++
			if !c.given.has("status") {
				c.printf("%s: FAILED\n", name)
			}
		default:
			good++
			if !c.given.has("quiet", "status") {
				c.printf("%s: OK\n", name)
			}
		}
	}
	if good+wrong+unread == 0 {
		return c.fail("%s: no properly formatted checksum lines found", list)
	}
	c.warn(bad, "line is improperly formatted", "lines are improperly formatted")
	c.warn(unread, "listed file could not be read", "listed files could not be read")
	c.warn(wrong, "computed checksum did NOT match", "computed checksums did NOT match")
	return min(1, wrong+unread)
}

func (c *call) warn(n int, one, more string) {
	switch {
	case n == 0 || c.given.has("status"):
	case n == 1:
		c.complain("WARNING: 1 %s", one)
	default:
		c.complain("WARNING: %d %s", n, more)
	}
}

// runCksum is cksum: POSIX's CRC.
func runCksum(c *call) int {
	status := 0
	for _, name := range c.inputs() {
		data, err := c.readAll(name)
		if err != nil {
			status = c.trouble(name, err)
			continue
		}
		label := " " + name
		if len(c.args) == 0 {
			label = ""
		}
		c.printf("%d %d%s\n", posixCRC(data), len(data), label)
	}
	return status
}

func posixCRC(data []byte) uint32 {
	crc := uint32(0)
	feed := func(x byte) {
		crc ^= uint32(x) << 24
		for range 8 {
			if crc&(1<<31) != 0 {
				crc = crc<<1 ^ 0x04c11db7
			} else {
				crc <<= 1
			}
		}
	}
	for _, x := range data {
		feed(x)
	}
	for n := len(data); n > 0; n >>= 8 {
		feed(byte(n))
	}
	return ^crc
}

// runBase64 is base64.
func runBase64(c *call) int {
	if len(c.args) > 1 {
		return c.usage("extra operand '%s'", c.args[1])
	}
	wrap, err := strconv.Atoi(c.given.last("w", "76"))
	if err != nil || wrap < 0 {
		return c.fail("invalid wrap size: '%s'", c.given.last("w", ""))
	}
	name := c.inputs()[0]
	data, err := c.readAll(name)
	if err != nil {
		return c.trouble(name, err)
	}
	if !c.given.has("d") {
		text := base64.StdEncoding.EncodeToString(data)
		for text != "" {
			n := len(text)
			if wrap > 0 {
				n = min(n, wrap)
			}
			c.printf("%s", text[:n])
			if text = text[n:]; wrap > 0 {
				c.printf("\n")
			}
		}
		return 0
	}
	text := strings.ReplaceAll(string(data), "\n", "")
	if c.given.has("i") {
		text = strings.Map(func(r rune) rune {
			if r < 128 && (isAlnum(byte(r)) || strings.ContainsRune("+/=", r)) {
				return r
			}
			return -1
		}, text)
	}
	decoder := base64.NewDecoder(base64.StdEncoding, strings.NewReader(text))
	decoded, err := io.ReadAll(decoder)
	c.out.Write(decoded)
	if err != nil {
		return c.fail("invalid input")
	}
	return 0
}

var odOptions = optionTable{short: "A:t:cbxodvN:j:w:", long: "address-radix=A: format=t: output-duplicates=v read-bytes=N: skip-bytes=j:"}

// An odFormat is how od shows values.
type odFormat struct {
	size  int // bytes of each
	width int // of the field, with the blank before it
	show  func(value uint64) string
}

// runOd is od with -c, -b, -x, -o, -t x1, x2, x4, o1, o2, u1, u2, d1, c and -A.
func runOd(c *call) int {
	var formats []odFormat
	for _, o := range c.given {
		text := map[string]string{"c": "c", "b": "o1", "x": "x2", "o": "o2", "d": "u2", "t": o.value}[o.name]
		if text == "" {
			continue
		}
		f, ok := parseOdFormat(text)
		if !ok {
			return c.fail("invalid type string '%s'", text)
		}
		formats = append(formats, f)
	}
	if formats == nil {
		formats = []odFormat{{2, 7, func(v uint64) string { return fmt.Sprintf("%06o", v) }}}
	}
	radix := c.given.last("A", "o")
	address, ok := map[string]string{"o": "%07o", "x": "%06x", "d": "%07d", "n": ""}[radix]
	if !ok {
		return c.fail("invalid output address radix '%s'; it must be one character from [doxn]", radix)
	}
	if c.given.has("w") {
		return c.fail("the option -w is not modelled on a simulated host")
	}
	var data []byte
	status, read := 0, false
	for _, name := range c.inputs() {
		part, err := c.readAll(name)
		if err != nil {
			status = c.trouble(name, err)
		}
		read = read || err == nil
		data = append(data, part...)
	}
	if !read {
		return status
	}
	skip, okSkip := sizeNumber(c.given.last("j", "0"))
	limit, okLimit := sizeNumber(c.given.last("N", strconv.Itoa(len(data))))
	if !okSkip || !okLimit {
		return c.fail("invalid argument to -j or -N")
	}
	skip = min(skip, int64(len(data)))
	data = data[skip:]
	c.dump(data[:min(limit, int64(len(data)))], int(skip), formats, address)
	return status
}

func (c *call) dump(data []byte, base int, formats []odFormat, address string) {
	at := func(n int) {
		if address != "" {
			c.printf(address, n)
		}
	}
	before, starred := "", false
	for from := 0; from < len(data); from += 16 {
		block := data[from:min(len(data), from+16)]
		if len(block) == 16 && string(block) == before && !c.given.has("v") {
			if !starred {
				c.printf("*\n")
			}
			starred = true
			continue
		}
		before, starred = string(block), false
		wide := 0 // of all fields of a line
		for _, f := range formats {
			wide = max(wide, f.width*16/f.size)
		}
		for i, f := range formats {
			if i == 0 {
				at(base + from)
			} else if address != "" {
				c.printf("       ")
			}
			for k := 0; k < len(block); k += f.size {
				value := uint64(0)
				for j := range min(f.size, len(block)-k) {
					value |= uint64(block[k+j]) << (8 * j)
				}
				c.printf("%*s", wide*f.size/16, f.show(value))
			}
			c.printf("\n")
		}
	}
	if address != "" {
		at(base + len(data))
		c.printf("\n")
	}
}

func parseOdFormat(text string) (odFormat, bool) {
	switch text {
	case "c":
		return odFormat{1, 4, odChar}, true
	case "x1":
		return odFormat{1, 3, func(v uint64) string { return fmt.Sprintf("%02x", v) }}, true
	case "x2":
		return odFormat{2, 5, func(v uint64) string { return fmt.Sprintf("%04x", v) }}, true
	case "x4":
		return odFormat{4, 9, func(v uint64) string { return fmt.Sprintf("%08x", v) }}, true
	case "o1":
		return odFormat{1, 4, func(v uint64) string { return fmt.Sprintf("%03o", v) }}, true
	case "o2":
		return odFormat{2, 7, func(v uint64) string { return fmt.Sprintf("%06o", v) }}, true
	case "u1":
		return odFormat{1, 4, func(v uint64) string { return strconv.FormatUint(v, 10) }}, true
	case "u2":
		return odFormat{2, 6, func(v uint64) string { return strconv.FormatUint(v, 10) }}, true
	case "d1":
		return odFormat{1, 5, func(v uint64) string { return strconv.Itoa(int(int8(v))) }}, true
	}
	return odFormat{}, false
}

func odChar(v uint64) string {
	if i := strings.IndexByte("\x00\a\b\f\n\r\t\v", byte(v)); i >= 0 {
		return `\` + string("0abfnrtv"[i])
	}
	if v >= ' ' && v < 0x7f {
		return string(rune(v))
	}
	return fmt.Sprintf("%03o", v)
}
