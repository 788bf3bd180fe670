package main

import (
	"context"
	"sync"

	"runbook/effect"
)

// Guests are the hosts on which a run made changes, in this life or an earlier
// one: while it goes on it keeps there what came of them.
type guests struct {
	mu    sync.Mutex
	peers map[*effect.Peer]bool
}

// layer sees what a script asks, also what the journal answers.
func (g *guests) layer(next effect.Performer) effect.Performer {
	return effect.PerformerFunc(func(ctx context.Context, r effect.Request) (effect.Result, error) {
		if r.Kind == effect.KindHost && r.Class == effect.Change && r.Recovery == effect.Keyed {
			g.add(r.Peer)
		}
		return next.Perform(ctx, r)
	})
}

func (g *guests) add(p *effect.Peer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.peers == nil {
		g.peers = map[*effect.Peer]bool{}
	}
	g.peers[p] = true
}

// tidy removes what a run that is done left on its hosts.
func (st *stage) tidy(ctx context.Context, g *guests) {
	var peers []*effect.Peer
	for p := range g.peers {
		peers = append(peers, p)
	}
	if err := st.hosts.Tidy(ctx, peers); err != nil {
		st.progress.warn(err.Error())
	}
}
