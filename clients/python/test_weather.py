"""The fault proxy in front of the built server, as curl and `websockets` see it: what it says it did has happened."""

import json
import subprocess
import time
import unittest

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from server import PATIENCE_S, Server
from test_clients import Bounded
from weather import Weather

# What curl says by its exit code (man curl, EXIT CODES).
REFUSED, PARTIAL, RESET = 7, 18, 56
# What nginx holds by default.
LUMP_BYTES = 4096


class Roads(Bounded):
    """Each test has a proxy of its own, before the one server of this class."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.kill)

    def setUp(self):
        super().setUp()
        self.weather = Weather(self.server.address)
        self.addCleanup(self.weather.close)

    def curl(self, path, *arguments):
        """curl's view of a whole exchange: its exit code, and head and body as they came, chunk sizes and all."""
        command = ["curl", "-sN", "--raw", "-i", "--max-time", str(PATIENCE_S), *arguments]
        done = subprocess.run([*command, f"{self.weather.origin}{path}"], capture_output=True, check=False)
        return done.returncode, done.stdout

    def streaming(self, path):
        """A curl that has begun to hear an answer without end."""
        command = ["curl", "-sN", "--raw", "-i", "--max-time", str(PATIENCE_S), f"{self.weather.origin}{path}"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        self.until(lambda: self.weather.tally().bytes_down > 0)
        return process

    def open(self, path):
        address = f"ws://{self.weather.address}{path}"
        return connect(address, open_timeout=PATIENCE_S, close_timeout=PATIENCE_S)

    def until(self, holds):
        # The alarm of the test ends it.
        while not holds():
            time.sleep(0.005)

    def test_curl_gets_the_same_bytes_and_as_many_as_are_counted(self):
        code, answer = self.curl("/ws/echo")
        self.assertEqual(code, 0)
        counted = self.weather.tally().bytes_down
        self.assertEqual(counted, len(answer), "a whole answer")
        direct = subprocess.run(["curl", "-s", f"{self.server.origin}/ws/echo"], capture_output=True, check=True)
        self.assertEqual(answer.split(b"\r\n\r\n", 1)[1], direct.stdout)

    def test_curl_is_cut_exactly_behind_the_byte_that_was_named(self):
        curl = self.streaming("/sse/stock-price")
        # So that nothing moves between the count and the cut.
        self.weather.tell("stall")
        before = self.weather.tally().bytes_down
        self.assertEqual(self.weather.tell("cut 5000"), [1])
        self.weather.tell("fair")
        heard, _ = curl.communicate(timeout=PATIENCE_S)
        self.assertEqual((len(heard), curl.returncode), (before + 5000, PARTIAL), "an end without a last chunk")
        self.assertEqual(self.weather.tally().bytes_down, len(heard))

    def test_curl_hears_an_event_stream_in_lumps(self):
        self.weather.tell("lumps")
        self.streaming("/sse/stock-price")
        self.assertEqual(self.weather.tally().bytes_down % LUMP_BYTES, 0)

    def test_curl_sees_a_reset_and_nobody_there(self):
        curl = self.streaming("/sse/stock-price")
        self.assertEqual(self.weather.tell("cut"), [1])
        curl.communicate(timeout=PATIENCE_S)
        self.assertEqual(curl.returncode, RESET)
        self.weather.tell("close")
        self.assertEqual(self.curl("/api/info"), (REFUSED, b""))
        self.weather.tell("reopen")
        self.assertEqual(self.curl("/api/info")[0], 0)

    def test_curl_is_refused_by_a_status(self):
        self.weather.tell("refuse=503")
        code, answer = self.curl("/sse/stock-price", "-H", "Origin: http://page.example")
        self.assertEqual(code, 0)
        head = answer.decode().splitlines()
        self.assertEqual(head[0], "HTTP/1.1 503 Service Unavailable")
        self.assertIn("Retry-After: 2", head)
        self.assertIn("Access-Control-Allow-Origin: http://page.example", head)
        self.weather.tell("refuse=204")
        code, answer = self.curl("/sse/stock-price")
        self.assertEqual((code, answer.splitlines()[0]), (0, b"HTTP/1.1 204 No Content"))
        self.assertEqual(self.weather.tally().refused, 2)

    def test_websockets_hears_every_event_through_a_stall(self):
        with self.open("/ws/stock-price") as socket:
            seqs = self.hear(socket, 20)
            self.weather.tell("stall")
            ping = socket.ping()
            self.assertFalse(ping.wait(0.3), "nothing passes")
            self.weather.tell("fair")
            self.assertTrue(ping.wait(PATIENCE_S))
            seqs += self.hear(socket, 60)
        self.assertEqual(seqs, list(range(seqs[0], seqs[0] + len(seqs))))

    def test_websockets_is_not_told_of_a_black_hole(self):
        with self.open("/ws/stock-price") as socket:
            self.hear(socket, 5)
            self.assertEqual(self.weather.tell("half-open"), [1])
            self.assertFalse(socket.ping().wait(0.3))
            with self.open("/ws/stock-price") as other:
                self.hear(other, 5)
            self.assertEqual(self.weather.tell("cut"), [1])
            with self.assertRaises(ConnectionClosed) as closed:
                while True:
                    socket.recv(PATIENCE_S)
        self.assertIsNone(closed.exception.rcvd, "no close frame, as after a cable")

    def test_websockets_is_refused_in_its_handshake(self):
        self.weather.tell("refuse=503")
        with self.assertRaises(InvalidStatus) as refused:
            self.open("/ws/stock-price")
        self.assertEqual(refused.exception.response.status_code, 503)

    def hear(self, socket, count):
        """The numbers of the next events."""
        seqs = []
        while len(seqs) < count:
            message = json.loads(socket.recv(PATIENCE_S))
            self.assertNotEqual(message.get("type"), "gap")
            if "type" not in message:
                seqs.append(message["seq"])
        return seqs
