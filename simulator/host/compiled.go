package host

import "sync"

// A compiled keeps what was made of texts: the runs of a search ask simulated
// hosts the same again and again. What it holds is read by all, and written by
// nobody.
type compiled[K comparable, V any] struct {
	mu sync.Mutex
	of map[K]V
}

// How much is kept: so many, of texts of so many bytes.
const (
	mostCompiled = 512
	longCompiled = 16 << 10
)

// get is what was made of a text before, or is now; errors are not kept.
func (c *compiled[K, V]) get(key K, text string, from func() (V, error)) (V, error) {
	if len(text) > longCompiled {
		return from()
	}
	c.mu.Lock()
	v, ok := c.of[key]
	c.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := from()
	if err != nil {
		return v, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil || len(c.of) >= mostCompiled {
		c.of = map[K]V{}
	}
	c.of[key] = v
	return v, nil
}
