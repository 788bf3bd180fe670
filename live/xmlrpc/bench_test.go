package xmlrpc

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The replies of the benchmarks: a name, a page of hardware inventory, and a
// log of 1,000 entries.
var (
	smallReply = answer("<value><string>n0010</string></value>")
	pageReply  = answer("<value><string>" + strings.Repeat("Handle 0x0001, DMI type 17: Memory Device &lt;16 GB&gt;\n\t", 36) + "</string></value>")
	logReply   = answer("<value><array><data>" + strings.Repeat(
		"<value><struct>\n<member>\n<name>priority</name>\n<value><string>Notice</string></value>\n</member>\n"+
			"<member>\n<name>message</name>\n<value><string>Boot process stages 1 to 3 took 121 seconds.</string></value>\n</member>\n"+
			"<member>\n<name>node</name>\n<value><string>n0011</string></value>\n</member>\n</struct></value>\n", 1000) + "</data></array></value>")
)

func BenchmarkEncode(b *testing.B) {
	for _, bench := range []struct {
		name string
		args list
	}{
		{"none", nil},
		{"string", list{"n0011"}},
		{"struct", list{record("user_login", "x", "expires", int64(1)<<33, "nodes", list{"n0011", nil})}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := encode("getHardwareInformation", bench.args); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, bench := range []struct{ name, doc string }{
		{"small", smallReply},
		{"2KiB", pageReply},
		{"log", logReply},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(bench.doc)))
			doc, limits := []byte(bench.doc), Limits{}.orDefaults()
			for b.Loop() {
				if _, _, err := decode(bytes.NewReader(doc), "", limits); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCall is a whole round trip to a server in this process, whose work
// and allocations are counted too.
func BenchmarkCall(b *testing.B) {
	for _, bench := range []struct{ name, doc string }{
		{"small", smallReply},
		{"2KiB", pageReply},
	} {
		for _, branches := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/branches=%d", bench.name, branches), func(b *testing.B) {
				reply := []byte(bench.doc)
				s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					io.Copy(io.Discard, r.Body)
					w.Header()["Content-Type"] = []string{"text/xml;charset=utf-8"}
					w.Write(reply)
				}))
				defer s.Close()
				c := New(Options{})
				defer c.Close()
				r := to(s.URL+"/cluster1", "getHardwareInformation", "n0011")
				b.ReportAllocs()
				b.SetParallelism(branches)
				call := func() {
					if res, err := c.Perform(b.Context(), r); err != nil || res.Err != nil {
						b.Error(res.Err, err)
					}
				}
				if branches == 1 {
					for b.Loop() {
						call()
					}
					return
				}
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						call()
					}
				})
			})
		}
	}
}
