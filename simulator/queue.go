package simulator

// This file defines the two queues of the scheduler.

// A queue is a first in, first out queue of branches. The zero queue is empty.
type queue struct {
	ring  []*branch // its length is zero or a power of two
	first int
	count int
}

func (q *queue) empty() bool { return q.count == 0 }

func (q *queue) push(b *branch) {
	if q.count == len(q.ring) {
		q.grow()
	}
	q.ring[(q.first+q.count)&(len(q.ring)-1)] = b
	q.count++
}

func (q *queue) pop() *branch {
	b := q.ring[q.first]
	q.ring[q.first] = nil
	q.first = (q.first + 1) & (len(q.ring) - 1)
	q.count--
	return b
}

func (q *queue) grow() {
	ring := make([]*branch, max(16, 2*len(q.ring)))
	n := copy(ring, q.ring[q.first:])
	copy(ring[n:], q.ring[:q.first])
	q.ring, q.first = ring, 0
}

// timers is a binary heap of waiting branches, the earliest first; of those
// that wait for the same moment, the one that began to wait first.
type timers []*branch

// notWaiting is the index of a branch that is not in the timers.
const notWaiting = -1

func (t timers) before(i, j int) bool {
	if t[i].wake != t[j].wake {
		return t[i].wake < t[j].wake
	}
	return t[i].wait < t[j].wait
}

func (t timers) swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].index, t[j].index = i, j
}

func (t *timers) push(b *branch) {
	b.index = len(*t)
	*t = append(*t, b)
	t.up(b.index)
}

func (t *timers) pop() *branch {
	b := (*t)[0]
	t.remove(b)
	return b
}

// remove takes out b, wherever it is.
func (t *timers) remove(b *branch) {
	i, last := b.index, len(*t)-1
	t.swap(i, last)
	(*t)[last] = nil
	*t = (*t)[:last]
	if i < last {
		t.down(i)
		t.up(i)
	}
	b.index = notWaiting
}

func (t timers) up(i int) {
	for i > 0 && t.before(i, (i-1)/2) {
		t.swap(i, (i-1)/2)
		i = (i - 1) / 2
	}
}

func (t timers) down(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(t); child++ {
			if t.before(child, least) {
				least = child
			}
		}
		if least == i {
			return
		}
		t.swap(i, least)
		i = least
	}
}
