"""Python's `websockets`, `httpx` and `httpx-sse` against all four ways: order, resume, goodbye, and the same bytes."""

import json
import signal
import unittest

import httpx
from httpx_sse import connect_sse
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from server import PATIENCE_S, Server


class Bounded(unittest.TestCase):
    """No test takes longer than the patience, whatever it waits for."""

    def setUp(self):
        signal.signal(signal.SIGALRM, self.late)
        signal.alarm(PATIENCE_S)
        self.addCleanup(signal.alarm, 0)

    def late(self, *_):
        raise TimeoutError(f"not done within {PATIENCE_S} s")


class Clients(Bounded):
    """Each test talks to the one server of this class."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.kill)
        cls.http = httpx.Client(base_url=cls.server.origin, timeout=PATIENCE_S)
        cls.addClassCleanup(cls.http.close)

    # Each of the four returns the raw JSON of the events after a cursor, by seq.

    def poll(self, topic, cursor, count):
        return self.ask(f"/poll/{topic}", cursor, count)

    def long_poll(self, topic, cursor, count):
        return self.ask(f"/long-poll/{topic}", cursor, count)

    def ws(self, topic, cursor, count):
        events = {}
        with self.open(f"/ws/{topic}?after={cursor}") as socket:
            while len(events) < count:
                text = socket.recv(PATIENCE_S)
                message = json.loads(text)
                self.assertNotEqual(message.get("type"), "gap")
                if "type" not in message:
                    self.add(events, message["seq"], text)
        return events

    def sse(self, topic, cursor, count):
        events = {}
        for event in self.stream(f"/sse/{topic}", cursor):
            self.assertNotEqual(event.event, "gap")
            if event.event in ("message", "notification"):
                self.add(events, json.loads(event.data)["seq"], event.data)
            if len(events) == count:
                return events
        self.fail(f"the stream ended after {len(events)} events")

    def ask(self, path, cursor, count):
        events = {}
        while len(events) < count:
            response = self.http.get(path, params={"after": cursor}).raise_for_status()
            body = response.json()
            self.assertIsNone(body["gap"])
            for seq, raw in raw_events(response.text):
                self.add(events, seq, raw)
            cursor = body["cursor"]
        return events

    def add(self, events, seq, raw):
        self.assertNotIn(seq, events, "told twice")
        events[seq] = raw

    def open(self, path):
        return connect(f"ws://{self.server.address}{path}", open_timeout=PATIENCE_S, close_timeout=PATIENCE_S)

    def stream(self, path, cursor=None):
        headers = {"Last-Event-ID": cursor} if cursor else {}
        with connect_sse(self.http, "GET", path, headers=headers) as source:
            yield from source.iter_sse()

    def assertUnbroken(self, seqs):
        self.assertEqual(list(seqs), list(range(seqs[0], seqs[0] + len(seqs))))

    def test_the_same_seq_is_the_same_bytes_on_all_four_ways(self):
        epoch, seq = self.http.get("/poll/stock-price").json()["cursor"].split("-")
        ways = [way("stock-price", f"{epoch}-{seq}", 60) for way in (self.poll, self.long_poll, self.ws, self.sse)]
        wanted = range(int(seq) + 1, int(seq) + 61)
        expected = {seq: ways[0][seq] for seq in wanted}
        for events in ways:
            self.assertUnbroken(list(events))
            self.assertEqual({seq: events[seq] for seq in wanted}, expected)

    def test_the_same_bytes_hold_for_json_of_several_lines_and_named_events(self):
        for topic in ("news", "notifications"):
            epoch = self.http.get(f"/poll/{topic}").json()["epoch"]
            # Whatever has been said since the first one is compared; the first is always there.
            ways = [way(topic, f"{epoch}-0", 1) for way in (self.poll, self.long_poll, self.ws, self.sse)]
            self.assertEqual(len({events[1] for events in ways}), 1, topic)
            self.assertEqual("\n" in ways[0][1], topic == "news")

    def test_websockets_hears_hello_snapshot_cursor_and_each_event_once(self):
        with self.open("/ws/stock-price") as socket:
            heard = [json.loads(socket.recv(PATIENCE_S)) for _ in range(50)]
        hello, snapshot, cursor, live = heard[0], heard[1:9], heard[9], heard[10:]
        self.assertEqual(hello["type"], "hello")
        self.assertEqual(len({event["symbol"] for event in snapshot}), 8)
        self.assertEqual(cursor, {"type": "cursor", "cursor": f"{hello['epoch']}-{snapshot[-1]['seq']}"})
        self.assertUnbroken([event["seq"] for event in snapshot + live])

    def test_websockets_resumes_with_exactly_the_next_event(self):
        epoch, seq = self.http.get("/poll/stock-price").json()["cursor"].split("-")
        events = self.ws("stock-price", f"{epoch}-{seq}", 30)
        self.assertEqual(list(events), list(range(int(seq) + 1, int(seq) + 31)))

    def test_websockets_hears_what_it_says(self):
        with self.open("/ws/chat") as socket:
            socket.send(json.dumps({"op": "say", "user": "python", "text": "你好"}))
            message = {}
            while "text" not in message:
                message = json.loads(socket.recv(PATIENCE_S))
        self.assertEqual((message["user"], message["text"]), ("python", "你好"))

    def test_websockets_echo(self):
        with self.open("/ws/echo") as socket:
            # In fragments too, of which the server makes one message again.
            for sent, same in (("价格 ✓", "价格 ✓"), (b"\x00\xff", b"\x00\xff"), (["a", "b", "c"], "abc")):
                socket.send(sent)
                self.assertEqual(socket.recv(PATIENCE_S), same)
            self.assertTrue(socket.ping("there?").wait(PATIENCE_S))

    def test_httpx_sse_hears_hello_snapshot_cursor_and_each_event_once(self):
        heard = []
        for event in self.stream("/sse/stock-price"):
            heard.append(event)
            if len(heard) == 50:
                break
        names = [event.event for event in heard]
        self.assertEqual(names, ["hello"] + ["message"] * 8 + ["cursor"] + ["message"] * 40)
        epoch = json.loads(heard[0].data)["epoch"]
        self.assertIn(heard[0].retry, range(1_000, 3_001))
        messages = [event for event in heard if event.event == "message"]
        seqs = [json.loads(event.data)["seq"] for event in messages]
        self.assertUnbroken(seqs)
        self.assertEqual([event.id for event in messages], [f"{epoch}-{seq}" for seq in seqs])
        self.assertEqual(heard[9].id, messages[7].id)

    def test_httpx_sse_resumes_with_exactly_the_next_event(self):
        epoch, seq = self.http.get("/poll/stock-price").json()["cursor"].split("-")
        events = self.sse("stock-price", f"{epoch}-{seq}", 30)
        self.assertEqual(list(events), list(range(int(seq) + 1, int(seq) + 31)))

    def test_a_foreign_cursor_is_told_as_a_gap_before_the_catch_up(self):
        names = []
        for event in self.stream("/sse/stock-price", "zzzzzz-7"):
            names.append(event.event)
            if event.event == "gap":
                gap = json.loads(event.data)
            if event.event == "cursor":
                break
        self.assertEqual(names, ["hello", "gap"] + ["message"] * 8 + ["cursor"])
        self.assertEqual((gap["first"], gap["reason"]), (None, "foreign"))
        self.assertEqual(event.id, f"{event.id.split('-')[0]}-{gap['last']}")


class Goodbye(Bounded):
    """What clients hear when the server is stopped."""

    def test_sigterm_ends_every_way_politely(self):
        server = Server()
        self.addCleanup(server.kill)
        with (
            httpx.Client(base_url=server.origin, timeout=PATIENCE_S) as http,
            connect(f"ws://{server.address}/ws/stock-price") as socket,
            connect_sse(http, "GET", "/sse/stock-price") as source,
        ):
            events = source.iter_sse()
            self.assertEqual(next(events).event, "hello")
            json.loads(socket.recv(PATIENCE_S))
            server.begin_stop()
            with self.assertRaises(ConnectionClosed) as closed:
                while True:
                    socket.recv(PATIENCE_S)
            # The rest of a body without its last chunk would be an error here.
            self.assertTrue(all(event.event in ("message", "cursor") for event in events))
        self.assertEqual(closed.exception.rcvd.code, 1001)
        self.assertEqual(server.wait(), 0)


def raw_events(body):
    """Each event's seq, and its JSON as it stands in the body of a poll: parsing it anew would change the bytes."""
    decoder, at = json.JSONDecoder(), body.index('"events":[') + len('"events":[')
    while body[at] != "]":
        event, end = decoder.raw_decode(body, at)
        yield event["seq"], body[at:end]
        at = end + 1 if body[end] == "," else end


if __name__ == "__main__":
    unittest.main()
