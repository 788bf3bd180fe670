package exaoperation

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A setup is a Config with every default filled in and every name checked. It
// never changes, and clones share it.
type setup struct {
	Config
	base         string           // BasePath without slashes around it
	licenses     int32            // sites[:licenses] are the license servers
	first        int32            // sites[first:] are the nodes; 0 on a single-node installation
	sites        []site           // by the number that the package uses for a node
	index        map[string]int32 // by name
	data         []int32          // every data node
	candidates   []int32          // for EXAoperation, best first
	major, minor int              // of Version
	functions    [][]string       // of each plugin, sorted
}

// A site is what never changes of a node.
type site struct {
	name   string
	number int32
	card   bool // there is an out-of-band card
	runs   bool // EXAoperation may run on it
}

func (s *setup) single() bool { return s.first == 0 }

// settle fills in the defaults of cfg and reports what cannot be.
func settle(cfg Config) (*setup, error) {
	s := &setup{Config: cfg}
	if err := s.settleCluster(); err != nil {
		return nil, err
	}
	for _, step := range []func() error{
		s.settleNodes, s.settleVolumes, s.settleDatabases, s.settleUsers, s.settleLogServices, s.settlePlugins, s.settleFaults,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Defaults is the Config that the zero Config stands for.
func Defaults() Config {
	s, err := settle(Config{})
	if err != nil {
		panic("internal error: the defaults are wrong: " + err.Error())
	}
	return s.Config
}

func (s *setup) settleCluster() error {
	s.Name = cmp.Or(s.Name, "cluster1")
	s.BasePath = cmp.Or(s.BasePath, "/cluster1")
	s.base = strings.Trim(s.BasePath, "/")
	if s.base == "" || strings.Contains(s.base, "/") {
		return fmt.Errorf("base_path: got %q, want one name such as %q", s.BasePath, "/cluster1")
	}
	if s.Start.IsZero() {
		s.Start = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	s.Start = s.Start.UTC().Round(0)
	s.Version = cmp.Or(s.Version, "6.2.0")
	var ok bool
	if s.major, s.minor, ok = parseVersion(s.Version); !ok {
		return fmt.Errorf("version: got %q, want X.Y.Z", s.Version)
	}
	s.Begin = cmp.Or(s.Begin, Stopped)
	s.Texts.fill(s.major)
	s.Timings.fill()
	if s.Disks == nil {
		s.Disks = defaultDisks
	}
	if s.BucketFS == nil {
		s.BucketFS = []string{"bfsdefault"}
	}
	if err := oneOf("begin", s.Begin, Stopped, Running, Cold); err != nil {
		return err
	}
	return s.Behaviour.fill()
}

func parseVersion(v string) (major, minor int, ok bool) {
	parts := strings.SplitN(v, ".", 3)
	if len(parts) != 3 || parts[2] == "" {
		return 0, 0, false
	}
	major, err := strconv.Atoi(parts[0])
	if err != nil {
		return 0, 0, false
	}
	minor, err = strconv.Atoi(parts[1])
	return major, minor, err == nil
}

// DataNodes are n data nodes with the default names, n0011 and up.
func DataNodes(n int) []Node {
	nodes := make([]Node, n)
	for i := range nodes {
		nodes[i].Name = nodeName(11 + i)
	}
	return nodes
}

// nodeName is 'n' and at least four digits.
func nodeName(number int) string {
	return string(appendNumber([]byte{'n'}, number, 4))
}

// appendNumber writes n with zeros in front until it has so many digits.
func appendNumber(b []byte, n, digits int) []byte {
	for limit := 10; digits > 1; digits-- {
		if n < limit {
			b = append(b, '0')
		}
		limit *= 10
	}
	return strconv.AppendInt(b, int64(n), 10)
}

// nodeNumber reads the name of a node; short also takes 'n10' for 'n0010'.
func nodeNumber(name string, short bool) (int32, bool) {
	if len(name) < 2 || len(name) > 8 || name[0] != 'n' || !short && len(name) < 5 {
		return 0, false
	}
	n, err := strconv.ParseUint(name[1:], 10, 31)
	return int32(n), err == nil
}

func (s *setup) settleNodes() error {
	if s.LicenseServers == nil {
		s.LicenseServers = []Node{{Name: "n0010"}}
	}
	if s.Nodes == nil {
		s.Nodes = DataNodes(4)
	}
	if len(s.LicenseServers) == 0 || len(s.Nodes) == 0 {
		return fmt.Errorf("nodes: got %d license servers and %d nodes, want at least one of each", len(s.LicenseServers), len(s.Nodes))
	}
	s.licenses, s.first = int32(len(s.LicenseServers)), int32(len(s.LicenseServers))
	s.index = make(map[string]int32, len(s.LicenseServers)+len(s.Nodes))
	s.sites = make([]site, 0, len(s.LicenseServers)+len(s.Nodes))
	for i := range s.LicenseServers {
		if err := s.addSite("license_servers", i, &s.LicenseServers[i], 2, 10); err != nil {
			return err
		}
	}
	if len(s.Nodes) == 1 && len(s.LicenseServers) == 1 && s.Nodes[0].Name == s.LicenseServers[0].Name {
		s.first = 0
	} else {
		for i := range s.Nodes {
			if err := s.addSite("nodes", i, &s.Nodes[i], 11, 1<<24-1); err != nil {
				return err
			}
		}
	}
	s.data = make([]int32, len(s.sites)-int(s.first))
	for i := range s.data {
		s.data[i] = s.first + int32(i)
	}
	return s.settleMaster()
}

func (s *setup) addSite(list string, i int, n *Node, least, most int32) error {
	number, ok := nodeNumber(n.Name, false)
	if !ok || number < least || number > most {
		return fmt.Errorf("%s[%d].name: got %q, want %s to %s", list, i, n.Name, nodeName(int(least)), nodeName(int(most)))
	}
	if _, twice := s.index[n.Name]; twice {
		return fmt.Errorf("%s[%d].name: got %q twice, want every name once", list, i, n.Name)
	}
	if n.Power != "" {
		if err := oneOf(list+"["+strconv.Itoa(i)+"].power", n.Power, PowerOff, PowerBooting, PowerOn); err != nil {
			return err
		}
	}
	if n.Flag != "" {
		if err := oneOf(list+"["+strconv.Itoa(i)+"].flag", n.Flag, Active, ToInstall, ToWipe); err != nil {
			return err
		}
	}
	if n.PoweredAt < 0 {
		return fmt.Errorf("%s[%d].powered_at: got %s, want a time since the beginning", list, i, n.PoweredAt)
	}
	s.index[n.Name] = int32(len(s.sites))
	s.sites = append(s.sites, site{name: n.Name, number: number, card: !n.NoCard})
	return nil
}

func (s *setup) settleMaster() error {
	if s.Candidates == nil {
		s.Candidates = make([]string, len(s.sites))
		for i := range s.sites {
			s.Candidates[i] = s.sites[i].name
		}
	}
	s.candidates = make([]int32, len(s.Candidates))
	for i, name := range s.Candidates {
		if err := s.known(name, "candidates", i); err != nil {
			return err
		}
		s.candidates[i] = s.index[name]
		s.sites[s.index[name]].runs = true
	}
	if s.Entry != "" {
		if _, ok := s.index[s.Entry]; !ok {
			return fmt.Errorf("entry: got %q, want a node", s.Entry)
		}
	}
	s.Master = cmp.Or(s.Master, s.sites[0].name)
	if !slices.Contains(s.Candidates, s.Master) {
		return fmt.Errorf("master: got %q, want one of the candidates", s.Master)
	}
	return nil
}

// known reports a name that is no node's.
func (s *setup) known(name, list string, i int) error {
	if _, ok := s.index[name]; !ok {
		return fmt.Errorf("%s[%d]: got %q, want a node", list, i, name)
	}
	return nil
}

// nodeList makes numbers of the names of data nodes; nil is every one.
func (s *setup) nodeList(names []string, field string) ([]int32, error) {
	if names == nil {
		return s.data, nil
	}
	list := make([]int32, len(names))
	for i, name := range names {
		n, ok := s.index[name]
		if !ok || n < s.first {
			return nil, fmt.Errorf("%s[%d]: got %q, want a data node", field, i, name)
		}
		if slices.Contains(list[:i], n) {
			return nil, fmt.Errorf("%s[%d]: got %q twice, want every node once", field, i, name)
		}
		list[i] = n
	}
	return list, nil
}

func (s *setup) settleUsers() error {
	if s.Users == nil {
		s.Users = []User{{Login: "admin", Password: "admin", Role: RoleMaster}}
	}
	for i, u := range s.Users {
		if u.Login == "" {
			return fmt.Errorf("users[%d].login: got nothing, want a name", i)
		}
		if u.Role != "" && u.Role.rank() == 0 {
			return fmt.Errorf("users[%d].role: got %q, want one of User, Supervisor, Administrator, Master", i, u.Role)
		}
		for _, other := range s.Users[:i] {
			if other.Login == u.Login {
				return fmt.Errorf("users[%d].login: got %q twice, want every name once", i, u.Login)
			}
		}
	}
	return nil
}

func (s *setup) settleLogServices() error {
	if s.LogServices == nil {
		s.LogServices = []LogService{{}}
	}
	for i, l := range s.LogServices {
		if l.Priority != "" && l.Priority.rank() == 0 {
			return fmt.Errorf("log_services[%d].priority: got %q, want one of Information, Notice, Warning, Error", i, l.Priority)
		}
	}
	return nil
}

// oneOf reports a word that is not one of the choices.
func oneOf[T ~string](field string, got T, choices ...T) error {
	if slices.Contains(choices, got) {
		return nil
	}
	words := make([]string, len(choices))
	for i, c := range choices {
		words[i] = string(c)
	}
	return fmt.Errorf("%s: got %q, want one of %s", field, got, strings.Join(words, ", "))
}
