// The feed on the four ways, in Go: net/http, and gorilla/websocket for WebSocket.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/gorilla/websocket"
)

var upgrader = websocket.Upgrader{}

func main() {
	feed := &Feed{subscribers: map[chan Event]bool{}, news: make(chan struct{})}
	for k := range int(env("SYMBOLS", 8)) {
		feed.symbols = append(feed.symbols, fmt.Sprintf("S%d", k))
	}
	go feed.Run(env("RATE", 10), int(env("PAYLOAD", 0)))

	http.HandleFunc("GET /poll", func(w http.ResponseWriter, r *http.Request) { answer(w, feed.Snapshot()) })
	http.HandleFunc("GET /long-poll", feed.longPoll)
	http.HandleFunc("GET /sse", feed.sse)
	http.HandleFunc("GET /ws", feed.ws)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

func env(name string, otherwise float64) float64 {
	if value, err := strconv.ParseFloat(os.Getenv(name), 64); err == nil {
		return value
	}
	return otherwise
}

func answer(w http.ResponseWriter, events []Event) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(events)
}

func (f *Feed) longPoll(w http.ResponseWriter, r *http.Request) {
	after, err := strconv.Atoi(r.URL.Query().Get("after"))
	if err != nil {
		after = f.newest() - len(f.symbols)
	}
	hold, err := strconv.ParseFloat(r.URL.Query().Get("hold"), 64)
	if err != nil {
		hold = 25
	}
	end := time.After(time.Duration(hold * float64(time.Second)))
	for {
		events, news := f.since(after)
		if len(events) > 0 {
			answer(w, events)
			return
		}
		select {
		case <-news:
		case <-end:
			w.WriteHeader(http.StatusNoContent)
			return
		case <-r.Context().Done():
			return
		}
	}
}

func (f *Feed) sse(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	flusher := w.(http.Flusher)
	flusher.Flush()
	events := f.Subscribe()
	defer f.Unsubscribe(events)
	for {
		select {
		case event := <-events:
			text, _ := json.Marshal(event)
			fmt.Fprintf(w, "id: %d\ndata: %s\n\n", event.Seq, text)
			flusher.Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func (f *Feed) ws(w http.ResponseWriter, r *http.Request) {
	socket, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer socket.Close()
	events := f.Subscribe()
	defer f.Unsubscribe(events)
	gone := make(chan struct{})
	go func() { // answers pings and closes
		defer close(gone)
		for {
			if _, _, err := socket.NextReader(); err != nil {
				return
			}
		}
	}()
	for {
		select {
		case event := <-events:
			if socket.WriteJSON(event) != nil {
				return
			}
		case <-gone:
			return
		}
	}
}
