package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	sshconfig "github.com/kevinburke/ssh_config"
)

// This file reads SSH configurations. Which blocks match a host is the
// library's to say; files are found and included here, since they are of the
// user whom the client's options name, and a Match that the library knows
// nothing of must not make the whole file useless.

// maxIncludes is how deep files may include each other, as in OpenSSH.
const maxIncludes = 16

// A configFile is a parsed file.
type configFile struct {
	path     string
	lines    []string
	blocks   *sshconfig.Config
	includes map[int][]*configFile // by their line
}

// A directive is one line of a configuration that applies to a host.
type directive struct {
	args []string
	at   string // FILE:LINE
}

// directives are those that apply, by their names in lower case, in order.
type directives map[string][]directive

// configs keeps the files that were read.
type configs struct {
	client *Client
	mu     sync.Mutex
	files  map[string]*configFile
}

// of gives what a configuration says about a host: the given file alone, or
// the user's and then the system's. The first line of a name is the one that
// counts, where only one does.
func (c *configs) of(alias, file string) (directives, error) {
	if file == "none" {
		return nil, nil
	}
	home := c.client.options.Home
	names, must := []string{filepath.Join(home, ".ssh", "config"), filepath.Join(c.client.options.System, "ssh_config")}, false
	if file != "" {
		names, must = []string{c.client.expandHome(file)}, true
	}
	found := directives{}
	for i, name := range names {
		base := filepath.Join(home, ".ssh")
		if !must && i == 1 {
			base = c.client.options.System
		}
		f, err := c.load(name, base)
		if errors.Is(err, fs.ErrNotExist) && !must {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("ssh configuration: %w", err)
		}
		f.walk(alias, found)
	}
	return found, nil
}

// load reads a file, once.
func (c *configs) load(name, base string) (*configFile, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f := c.files[name]; f != nil {
		return f, nil
	}
	f, err := c.read(name, base, 0)
	if err != nil {
		return nil, err
	}
	if c.files == nil {
		c.files = map[string]*configFile{}
	}
	c.files[name] = f
	return f, nil
}

func (c *configs) read(name, base string, depth int) (*configFile, error) {
	if depth > maxIncludes {
		return nil, fmt.Errorf("%s: got includes deeper than %d, want no loop", name, maxIncludes)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f := &configFile{path: name, includes: map[int][]*configFile{}}
	f.lines = strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	plain := slices.Clone(f.lines)
	for i, line := range f.lines {
		words, err := fields(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
		if len(words) == 0 {
			plain[i] = ""
			continue
		}
		switch strings.ToLower(words[0]) {
		case "host":
			plain[i] = "Host " + strings.Join(words[1:], " ")
		case "match":
			plain[i] = c.match(words[1:], fmt.Sprintf("%s:%d", name, i+1))
		case "include":
			plain[i] = "Included files"
			if f.includes[i+1], err = c.include(words[1:], base, depth); err != nil {
				return nil, fmt.Errorf("%s:%d: include: %w", name, i+1, err)
			}
		default:
			plain[i] = words[0] + " value" // what it says is taken from the line itself
		}
	}
	if f.blocks, err = sshconfig.Decode(strings.NewReader(strings.Join(plain, "\n"))); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

func (c *configs) include(patterns []string, base string, depth int) ([]*configFile, error) {
	var all []*configFile
	for _, p := range patterns {
		p = c.client.expandHome(p)
		if !filepath.IsAbs(p) {
			p = filepath.Join(base, p)
		}
		names, err := filepath.Glob(p)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			f, err := c.read(name, base, depth+1)
			if err != nil {
				return nil, err
			}
			all = append(all, f)
		}
	}
	return all, nil
}

// never is a block that no host matches.
const never = "Host !*"

// match is the Host line that says the same as a Match line. One that cannot
// be followed matches nothing, and is pointed out.
func (c *configs) match(criteria []string, at string) string {
	if len(criteria) > 0 && strings.EqualFold(criteria[0], "final") {
		criteria = criteria[1:] // names are not made canonical here: the first pass is the final one
	}
	switch {
	case len(criteria) == 1 && strings.EqualFold(criteria[0], "all"):
		return "Host *"
	case len(criteria) >= 1 && strings.EqualFold(criteria[0], "canonical"):
		return never
	case len(criteria) == 2 && (strings.EqualFold(criteria[0], "host") || strings.EqualFold(criteria[0], "originalhost")):
		return "Host " + strings.ReplaceAll(criteria[1], ",", " ")
	}
	c.client.warn("ssh configuration: %s: got Match %s, want Match host or Match all: its block is passed over", at, strings.Join(criteria, " "))
	return never
}

// walk collects what applies to a host.
func (f *configFile) walk(alias string, found directives) {
	for _, block := range f.blocks.Hosts {
		if !block.Matches(alias) {
			continue
		}
		for _, node := range block.Nodes {
			kv, ok := node.(*sshconfig.KV)
			if !ok {
				continue
			}
			line := kv.Pos().Line
			if included, ok := f.includes[line]; ok {
				for _, i := range included {
					i.walk(alias, found)
				}
				continue
			}
			words, _ := fields(f.lines[line-1]) // it was read before
			name := strings.ToLower(words[0])
			found[name] = append(found[name], directive{words[1:], fmt.Sprintf("%s:%d", f.path, line)})
		}
	}
}

// fields parts a line of a configuration: words, with quotes around those that
// hold spaces, an equals sign behind the first, a comment at the end.
func fields(line string) ([]string, error) {
	var all []string
	var word strings.Builder
	in, quote := false, rune(0)
	flush := func() {
		if in {
			all = append(all, word.String())
			word.Reset()
			in = false
		}
	}
	equals := false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'' && !in && len(all) > 0:
			quote, in = r, true
		case r == ' ' || r == '\t' || r == '\f':
			flush()
		case r == '#' && !in:
			return all, nil
		case r == '=' && !equals && (in && len(all) == 0 || !in && len(all) == 1):
			equals = true
			flush()
		default:
			in = true
			word.WriteRune(r)
		}
	}
	if quote != 0 {
		return nil, errors.New("got a quote that is not closed")
	}
	flush()
	return all, nil
}

// expandHome replaces a ~ at the beginning.
func (c *Client) expandHome(name string) string {
	if name == "~" || strings.HasPrefix(name, "~/") {
		return filepath.Join(c.options.Home, name[1:])
	}
	return name
}
