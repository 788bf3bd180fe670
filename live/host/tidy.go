package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"runbook/effect"
)

const (
	tidyLimit   = 32               // hosts tidied at a time
	tidyTimeout = 30 * time.Second // longest time for one
)

// Tidy removes this run's directory of keys from hosts, of those it is on. The
// error says where it may still be, and is no reason to fail a run: nothing
// reads the directory once the run has ended.
func (c *Client) Tidy(ctx context.Context, peers []*effect.Peer) error {
	if c.options.Run == "" {
		return nil
	}
	names, places, problems := c.homes(peers)
	found := make([]error, len(names))
	free := make(chan struct{}, tidyLimit)
	var all sync.WaitGroup
	for i, name := range names {
		all.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			if err := c.tidy(ctx, places[name].shell); err != nil {
				found[i] = fmt.Errorf("%s: %w", name, err)
			}
		})
	}
	all.Wait()
	return errors.Join(append(problems, found...)...)
}

func (c *Client) tidy(ctx context.Context, s shell) error {
	ctx, done := context.WithTimeout(ctx, tidyTimeout)
	defer done()
	k := call{client: c, shell: s, request: &effect.Request{Peer: &effect.Peer{}}}
	t, err := k.converse(ctx, removing(c.mark, s.where()+"/"+safeName(c.options.Run)), effect.DefaultLimit, nil, false)
	if t != nil {
		defer t.p.end()
	}
	if err != nil {
		return err
	}
	if words, _, _ := t.out.head(); len(words) != 1 || words[0] != "gone" {
		return errors.New("the directory of keys could not be removed")
	}
	return nil
}

// homes are the places of keys on hosts, each once, by a name to sort by. The
// problems are of peers that no command can be for.
func (c *Client) homes(peers []*effect.Peer) (names []string, places map[string]*peer, problems []error) {
	places = map[string]*peer{}
	for _, p := range peers {
		known, err := c.peer(p)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", p.System, err))
			continue
		}
		if known.shell.where() == "" {
			continue
		}
		name := fmt.Sprint(p.User, "@", p.System, " ", known.shell.where()) // one address may be several users' homes
		if places[name] == nil {
			places[name] = known
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, places, problems
}
