package serve

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"runbook/simulator"
)

// A journal is a log that a test can read while it is written.
type journal struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	more *sync.Cond // nil until somebody waits
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.more != nil {
		j.more.Broadcast()
	}
	return j.buf.Write(p)
}

// await waits until there is a text in the log.
func (j *journal) await(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.more == nil {
		j.more = sync.NewCond(&j.mu)
	}
	for !strings.Contains(j.buf.String(), text) {
		j.more.Wait()
	}
}

func (j *journal) lines() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Split(strings.TrimSpace(j.buf.String()), "\n")
}

// peer is a client of a server: net/http and the texts themselves.
type peer struct {
	t              *testing.T
	server         *Server
	url            string
	user, password string
	client         *http.Client
}

func start(t *testing.T, scenario string, cfg Config) *peer {
	t.Helper()
	var err error
	if cfg.Scenario, err = simulator.LoadScenario("demo.star", []byte(scenario)); err != nil {
		t.Fatal(err)
	}
	if cfg.Systems == nil {
		cfg.Systems = []simulator.SystemSpec{{Name: "demo", URL: "https://10.0.0.10/cluster1"}}
	}
	s, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	ready := s.Ready()
	p := &peer{t: t, server: s, url: ready.Systems[0].HTTP, user: "admin", password: "admin"}
	p.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	if p.url == "" {
		p.url = ready.Systems[0].HTTPS
	}
	return p
}

// post sends a body and gives status line and reply.
func (p *peer) post(path, body string) (string, http.Header, string, error) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.GetBody = nil // a lost call must be seen, not sent anew
	r.Header.Set("Content-Type", "text/xml")
	if p.user != "" {
		r.SetBasicAuth(p.user, p.password)
	}
	resp, err := p.client.Do(r)
	if err != nil {
		return "", nil, "", err
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(resp.Body)
	return resp.Status, resp.Header, string(reply), err
}

func methodCallText(method string, args ...string) string {
	var b strings.Builder
	b.WriteString("<?xml version='1.0'?>\n<methodCall>\n<methodName>" + method + "</methodName>\n<params>\n")
	for _, a := range args {
		b.WriteString("<param>\n<value><string>" + a + "</string></value>\n</param>\n")
	}
	return b.String() + "</params>\n</methodCall>\n"
}

// call is a call that is answered; the reply has its envelope taken off.
func (p *peer) call(path, method string, args ...string) string {
	p.t.Helper()
	status, header, reply, err := p.post(path, methodCallText(method, args...))
	if err != nil || status != "200 OK" || header.Get("Content-Type") != "text/xml;charset=utf-8" {
		p.t.Fatalf("%s%s: got %s, %s, %v", path, method, status, header.Get("Content-Type"), err)
	}
	for _, part := range []string{
		"<?xml version='1.0'?>\n<methodResponse>\n", "<params>\n<param>\n", "</param>\n</params>\n", "</methodResponse>\n",
	} {
		if strings.Contains(reply, "<fault>") && strings.Contains(part, "param") {
			continue
		}
		if !strings.Contains(reply, part) {
			p.t.Fatalf("%s%s: no %q in %q", path, method, part, reply)
		}
		reply = strings.Replace(reply, part, "", 1)
	}
	return reply
}

func (p *peer) want(want, path, method string, args ...string) {
	p.t.Helper()
	if got := p.call(path, method, args...); got != want {
		p.t.Errorf("%s %s%q: %s", path, method, args, cmp.Diff(want, got))
	}
}

func TestDispatch(t *testing.T) {
	t.Parallel()
	p := start(t, "", Config{})
	list := "<value><array><data>\n<value><string>exa_db1</string></value>\n</data></array></value>\n"
	p.want(list, "", "getDatabaseList")
	p.want(list, "/", "getDatabaseList")
	setup := "<value><string>setup</string></value>\n"
	p.want(setup, "/db_exa_db1", "getDatabaseState")
	p.want(setup, "//db_exa_db1", "getDatabaseState")
	p.want(setup, "/db_exa_db1/", "getDatabaseState")
	p.want(setup, "/db%5Fexa_db1", "getDatabaseState")
	p.want(setup, "", "db_exa_db1.getDatabaseState")
	p.want("<value><boolean>0</boolean></value>\n", "", "storage.serviceIsOnline")
	p.want("<value><int>10</int></value>\n", "", "getCurrentLicenseServer")
	p.want("<value><string>n0010</string></value>\n", "", "getEXAoperationMaster")
	p.want("<value><string>None</string></value>\n", "/db_exa_db1", "getDatabaseOperation")
	for _, c := range [][2]string{{"", "getNothing"}, {"/db_none", "getDatabaseState"}, {"/storage", "no.such"}} {
		fault := p.call(c[0], c[1])
		if !strings.HasPrefix(fault, "<fault>\n<value><struct>\n<member>\n<name>faultCode</name>\n<value><int>-1</int></value>\n</member>\n"+
			"<member>\n<name>faultString</name>\n<value><string>Unexpected Zope exception: NotFound: Object: ") {
			t.Errorf("%s %s: got %s", c[0], c[1], fault)
		}
	}
}

func TestNilHasNoNamespace(t *testing.T) {
	t.Parallel()
	p := start(t, `systems = [simulate.exaoperation("demo", state = "running", databases = [simulate.database("exa_db1", state = "setup")])]`, Config{})
	p.want("<value><nil/></value>", "/db_exa_db1", "startDatabase")
}

func TestWebInterface(t *testing.T) {
	t.Parallel()
	p := start(t, "", Config{})
	for _, r := range []struct{ method, contentType, path string }{
		{http.MethodGet, "", ""}, {http.MethodGet, "text/xml", "/"}, {http.MethodPost, "application/x-www-form-urlencoded", ""}, {http.MethodPost, "", ""},
	} {
		request, err := http.NewRequestWithContext(t.Context(), r.method, p.url+r.path, strings.NewReader(methodCallText("getNodeList")))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", r.contentType)
		resp, err := p.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		page, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 200 || !strings.Contains(string(page), "EXAoperation") || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%v: got %s, %s", r, resp.Status, page)
		}
	}
	if resp, err := p.client.Get(strings.TrimSuffix(p.url, "/cluster1") + "/cluster2"); err != nil || resp.StatusCode != 404 {
		t.Errorf("got %v, %v, want 404", resp, err)
	}
	p.url += "1"
	if status, _, _, err := p.post("", methodCallText("getNodeList")); err != nil || status != "404 Not Found" {
		t.Errorf("got %s, %v, want 404", status, err)
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	log := &journal{}
	p := start(t, "", Config{User: "ops", Password: "geheim:1", Log: log, Realm: "exa"})
	for _, c := range []struct {
		user, password string
		ok             bool
	}{{"ops", "geheim:1", true}, {"ops", "geheim", false}, {"admin", "admin", false}, {"", "", false}, {"ops", "", false}} {
		p.user, p.password = c.user, c.password
		status, header, body, err := p.post("", methodCallText("getNodeList"))
		if err != nil || (status == "200 OK") != c.ok {
			t.Errorf("%s:%s: got %s, %v", c.user, c.password, status, err)
		}
		if !c.ok && (status != "401 Unauthorized" || header.Get("Www-Authenticate") != `basic realm="exa"`) {
			t.Errorf("%s:%s: got %s, %q", c.user, c.password, status, header.Get("Www-Authenticate"))
		}
		if all := fmt.Sprint(status, header, body, log.lines()); strings.Contains(all, "geheim") || strings.Contains(all, "Z2VoZWlt") {
			t.Errorf("the password came back: %s", all)
		}
	}
	if got := p.server.Ready(); got.User != "ops" || strings.Contains(got.String(), "geheim") {
		t.Errorf("got %s", got)
	}
}

func TestBrokenRequests(t *testing.T) {
	t.Parallel()
	p := start(t, "", Config{MaxBody: 300_000})
	for _, c := range []struct{ body, want string }{
		{"", "400 Bad Request"},
		{"<html>", "400 Bad Request"},
		{"<methodCall><methodName>m</methodName>", "400 Bad Request"},
		{"<!DOCTYPE x>" + methodCallText("getNodeList"), "400 Bad Request"},
		{"<methodCall>" + strings.Repeat("<a>", 90_000), "400 Bad Request"},
		{methodCallText("getNodeList", strings.Repeat("x", 290_000)), "200 OK"},
		{methodCallText("getNodeList", strings.Repeat("x", 400_000)), "413 Request Entity Too Large"},
	} {
		status, _, _, err := p.post("", c.body)
		if err != nil || status != c.want {
			t.Errorf("%.60s: got %s, %v, want %s", c.body, status, err, c.want)
		}
	}
	if got := p.call("", "getNodeList", "one too many"); !strings.Contains(got, "<fault>") {
		t.Errorf("got %s", got)
	}
}

func TestFaultsOnTheSocket(t *testing.T) {
	t.Parallel()
	log := &journal{}
	p := start(t, `faults = [
    fault.lost_before(method = "startupNode", nth = 1), fault.lost_after(method = "startupNode", nth = 2),
    fault.refused(method = "getPlugins"), fault.gateway(method = "getNodeList"), fault.unauthorized(method = "getDatabaseList"),
    fault.reply(method = "getEXASuiteVersion", text = "no <version>", code = 5), fault.slow(method = "getEXAoperationMaster", by = "30s"),
    fault.answer("7.1.0", method = "getEXACOSVersion"),
]`, Config{Log: log, TimeScale: 1000})
	if _, _, _, err := p.post("", methodCallText("startupNode", "n0011")); !errors.Is(err, io.EOF) {
		t.Errorf("lost before: got %v, want EOF", err)
	}
	if _, _, _, err := p.post("", methodCallText("startupNode", "n0012")); !errors.Is(err, io.EOF) {
		t.Errorf("lost after: got %v, want EOF", err)
	}
	if _, _, _, err := p.post("", methodCallText("getPlugins")); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("refused: got %v, want a reset", err)
	}
	if status, _, body, err := p.post("", methodCallText("getNodeList")); err != nil || status != "501 Gateway error" || body != "Gateway error" {
		t.Errorf("gateway: got %s, %q, %v", status, body, err)
	}
	if status, _, _, err := p.post("", methodCallText("getDatabaseList")); err != nil || status != "401 Unauthorized" {
		t.Errorf("unauthorized: got %s, %v", status, err)
	}
	if got := p.call("", "getEXASuiteVersion"); !strings.Contains(got, "<int>5</int>") || !strings.Contains(got, "no &lt;version&gt;") {
		t.Errorf("reply: got %s", got)
	}
	if got := p.call("", "getEXACOSVersion"); !strings.Contains(got, "7.1.0") {
		t.Errorf("answer: got %s", got)
	}
	begun := time.Now()
	p.want("<value><string>n0010</string></value>\n", "", "getEXAoperationMaster")
	if took := time.Since(begun); took < 30*time.Millisecond {
		t.Errorf("slow: took %v, want at least 30ms", took)
	}
	var state string
	p.server.Do(func(w *simulator.World) { state = w.Describe() })
	if !strings.Contains(state, "n0011 off") || strings.Contains(state, "n0012 off") || strings.Contains(state, "n0011..n0014 off") {
		t.Errorf("got the state\n%s", state)
	}
	var outcomes []string
	for _, line := range log.lines() {
		var l struct{ Method, Outcome, Text string }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		outcomes = append(outcomes, strings.TrimSpace(l.Method+" "+l.Outcome+" "+l.Text))
	}
	want := []string{
		"startupNode lost", "startupNode lost", "getPlugins unreachable", "getNodeList status Gateway error", "getDatabaseList status Unauthorized",
		"getEXASuiteVersion fault no <version>", "getEXACOSVersion ok", "getEXAoperationMaster ok",
	}
	if diff := cmp.Diff(want, outcomes); diff != "" {
		t.Error(diff)
	}
}

// The node that answers goes down: the connection dies, and nobody answers after.
func TestShutdownOfTheServerItself(t *testing.T) {
	t.Parallel()
	p := start(t, "", Config{NoDelays: true})
	_, _, _, first := p.post("", methodCallText("shutdownNode", "n0010"))
	if _, _, _, err := p.post("", methodCallText("getNodeList")); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v and then %v, want a reset", first, err)
	}
}

func TestHTTPS(t *testing.T) {
	t.Parallel()
	p := start(t, "", Config{HTTPS: "127.0.0.1:0", HTTP: "127.0.0.1:0"})
	ready := p.server.Ready()
	if len(ready.Systems) != 1 || ready.Systems[0].HTTP != "http://"+ready.HTTP+"/cluster1" || ready.Systems[0].HTTPS != "https://"+ready.HTTPS+"/cluster1" {
		t.Fatalf("got %s", ready)
	}
	p.url = ready.Systems[0].HTTPS
	if _, _, _, err := p.post("", methodCallText("getNodeList")); err == nil {
		t.Error("an unknown certificate was trusted")
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(p.server.Certificate())
	var seen string
	p.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, VerifyConnection: func(s tls.ConnectionState) error {
		seen = fmt.Sprintf("% X", sha256.Sum256(s.PeerCertificates[0].Raw))
		return nil
	}}}}
	if status, _, _, err := p.post("", methodCallText("getNodeList")); err != nil || status != "200 OK" {
		t.Errorf("got %s, %v", status, err)
	}
	if strings.ReplaceAll(seen, " ", ":") != ready.Fingerprint {
		t.Errorf("got the fingerprint %s, want %s", ready.Fingerprint, seen)
	}
}

func TestSeveralSystems(t *testing.T) {
	t.Parallel()
	p := start(t, `systems = [simulate.exaoperation("one"), simulate.exaoperation("the other", nodes = 1, url = "https://x/exa")]`, Config{})
	ready := p.server.Ready()
	if ready.Systems[0].HTTP != "http://"+ready.HTTP+"/one/cluster1" || ready.Systems[1].HTTP != "http://"+ready.HTTP+"/the%20other/exa" {
		t.Fatalf("got %s", ready)
	}
	p.url = ready.Systems[1].HTTP
	p.want("<value><array><data>\n<value><string>n0011</string></value>\n</data></array></value>\n", "", "getNodeList")
	p.url = ready.Systems[0].HTTP
	p.want("<value><string>setup</string></value>\n", "//db_exa_db1", "getDatabaseState")
}

func TestReadyIsOneLine(t *testing.T) {
	t.Parallel()
	p := start(t, "seed = 7", Config{TimeScale: 60})
	ready := p.server.Ready()
	want := fmt.Sprintf(`{"ready":true,"http":"%s","user":"admin","seed":7,"time_scale":60,"systems":[{"name":"demo","http":"http://%s/cluster1"}]}`, ready.HTTP, ready.HTTP)
	if got := ready.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHazardsAreReported(t *testing.T) {
	t.Parallel()
	log := &journal{}
	hazards := make(chan simulator.Hazard, 10)
	p := start(t, `systems = [simulate.exaoperation("demo", nodes = ["n0011", simulate.node("n0012", flag = "to_wipe")], plugins = ["Security.x-1"])]`,
		Config{NoDelays: true, Log: log, OnHazard: func(h simulator.Hazard) { hazards <- h }})
	_ = p.call("", "startupNode", "n0012")
	if h := <-hazards; h.System != "demo" || h.Name != "flagged-node-booted" {
		t.Errorf("got %v", h)
	}
	_ = p.call("", "getNodeList")
	if got := len(p.server.Hazards()); got != 2 || p.server.Calls() != 2 {
		t.Errorf("got %d hazards, %d calls: %v", got, p.server.Calls(), p.server.Hazards())
	}
	p.server.Close()
	var got []string
	for _, line := range log.lines() {
		var l struct {
			Event, Hazard  string
			Calls, Hazards int
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		got = append(got, strings.TrimSpace(fmt.Sprint(l.Event, " ", l.Hazard, l.Calls, l.Hazards)))
	}
	want := []string{"hazard flagged-node-booted0 0", "call 0 0", "call 0 0", "hazard plugin-in-wrong-namespace0 0", "end 2 2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLogHasNoSecrets(t *testing.T) {
	t.Parallel()
	log := &journal{}
	p := start(t, "", Config{Log: log, NoDelays: true})
	_ = p.call("", "db_exa_db1.getDatabaseStatistics", "sys", "geheim1")
	_, _, _, err := p.post("", "<methodCall><methodName>addUser</methodName><params><param><value><struct>"+
		"<member><name>user_login</name><value>new</value></member><member><name>password</name><value>geheim2</value></member></struct></value></param></params></methodCall>")
	if err != nil {
		t.Fatal(err)
	}
	_ = p.call("", "setDiskPassword", "geheim3")
	text := strings.Join(log.lines(), "\n")
	if strings.Contains(text, "geheim") || strings.Count(text, "<secret>") != 3 || !strings.Contains(text, `"args":["sys","<secret>"]`) {
		t.Errorf("got the log\n%s", text)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	w, err := simulator.NewWorld(simulator.Config{Systems: []simulator.SystemSpec{{Name: "demo", URL: "https://x/cluster1"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		cfg  Config
		want string
	}{
		{Config{World: w, HTTP: "0.0.0.0:0"}, `address: got "0.0.0.0:0", which others may reach`},
		{Config{World: w, HTTPS: ":0"}, `address: got ":0", which others may reach`},
		{Config{World: w, HTTP: "example.com:80"}, `address: got "example.com:80", which others may reach`},
		{Config{World: w, HTTP: "8080"}, `address: got "8080", want one such as "127.0.0.1:8080"`},
		{Config{World: w, HTTP: "127.0.0.1:99999"}, "address: "},
		{Config{World: w, TimeScale: -1}, "time scale: got -1, want a number above 0"},
		{Config{}, "world: got no systems to serve"},
		{Config{Systems: []simulator.SystemSpec{{Name: "x", URL: "x"}}}, `system "x": got the URL "x"`},
	} {
		if s, err := Start(t.Context(), c.cfg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, %v, want %s", s, err, c.want)
		}
	}
	s, err := Start(t.Context(), Config{World: w, HTTP: "0.0.0.0:0", AllowRemote: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

func TestEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Start(ctx, Config{Systems: []simulator.SystemSpec{{Name: "demo", URL: "https://x/cluster1"}}, HTTPS: "[::1]:0"})
	if err != nil {
		t.Skip("no IPv6 here: ", err)
	}
	cancel()
	<-s.Done()
	if _, err := net.Dial("tcp", s.Ready().HTTPS); err == nil {
		t.Error("it still listens")
	}
	s.Close()
}

// A client that sends half a request is not waited for, and hurts nobody.
func TestHalfARequest(t *testing.T) {
	t.Parallel()
	p := start(t, "", Config{})
	conn, err := net.Dial("tcp", p.server.Ready().HTTP)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(conn, "POST /cluster1 HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n<methodCall>")
	_ = conn.(*net.TCPConn).CloseWrite()
	reply, _ := io.ReadAll(bufio.NewReader(conn))
	conn.Close()
	if strings.Contains(string(reply), "methodResponse") || p.server.Calls() != 0 {
		t.Errorf("got %q, %d calls", reply, p.server.Calls())
	}
	p.want("<value><string>n0010</string></value>\n", "", "getEXAoperationMaster")
}
