package main

import (
	"encoding/json"
	"math/rand"
	"strings"
	"sync"
	"time"
)

const historyLen = 4096

// Event is one price.
type Event struct {
	Seq    int     `json:"seq"`
	At     int64   `json:"at"`
	Symbol string  `json:"symbol"`
	Value  float64 `json:"value"`
	Change float64 `json:"change"`
	Pad    string  `json:"pad,omitempty"`
}

// Feed keeps the newest events and tells them to its subscribers.
type Feed struct {
	mu          sync.Mutex
	history     []Event
	seq         int
	symbols     []string
	subscribers map[chan Event]bool
	news        chan struct{} // closed at each event
}

// Subscribe returns a channel of the events from now on. Whoever lets it fill up misses events.
func (f *Feed) Subscribe() chan Event {
	events := make(chan Event, 256)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.subscribers[events] = true
	return events
}

// Unsubscribe ends what Subscribe began.
func (f *Feed) Unsubscribe(events chan Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.subscribers, events)
}

// Snapshot is the newest event of each symbol, oldest first: the symbols take turns.
func (f *Feed) Snapshot() []Event {
	events, _ := f.since(f.newest() - len(f.symbols))
	return events
}

func (f *Feed) newest() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.seq
}

// since returns all events after a number that are still kept, and a channel that is closed at the next one.
func (f *Feed) since(after int) ([]Event, chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	from := max(0, len(f.history)-max(0, f.seq-after))
	return append([]Event{}, f.history[from:]...), f.news
}

// Run publishes: event k is due at start + k / rate, whoever is slow. At is that instant, in Unix microseconds.
func (f *Feed) Run(rate float64, payload int) {
	start := time.Now()
	cents := make([]int, len(f.symbols))
	for seq := 1; ; seq++ {
		due := start.Add(time.Duration(float64(seq) / rate * float64(time.Second)))
		time.Sleep(time.Until(due))
		k := (seq - 1) % len(cents)
		cents[k] = max(1-10_000, cents[k]+rand.Intn(101)-50)
		event := Event{
			Seq: seq, At: due.UnixMicro(), Symbol: f.symbols[k],
			Value: float64(10_000+cents[k]) / 100, Change: float64(cents[k]) / 100,
		}
		if text, _ := json.Marshal(event); payload > len(text) {
			event.Pad = strings.Repeat("x", max(1, payload-len(text)-len(`,"pad":""`)))
		}
		f.publish(event)
	}
}

func (f *Feed) publish(event Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seq = event.Seq
	f.history = append(f.history, event)
	if len(f.history) > 2*historyLen {
		f.history = append([]Event{}, f.history[historyLen:]...)
	}
	for events := range f.subscribers {
		select {
		case events <- event:
		default: // a slow reader delays nobody
		}
	}
	close(f.news)
	f.news = make(chan struct{})
}
