"""The built server as a process: started on a free port and stopped by SIGTERM."""

import os
import queue
import re
import signal
import subprocess
import threading
from pathlib import Path

PATIENCE_S = 30
BINARY = os.environ.get("FOURWAYS_BIN") or Path(__file__).parents[2] / "target/debug/fourways"
MARKET = ["--rate", "50", "--seed", "7", "--start", "2026-01-01T00:00:00Z"]


class Server:
    """A running server."""

    def __init__(self):
        self._process = subprocess.Popen(
            [BINARY, "run", "all", "--listen", "127.0.0.1:0", *MARKET],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        lines = queue.Queue()
        # It reads to the end: a full pipe would stop the server at its next line.
        self._listener = threading.Thread(target=self._read, args=(lines,), daemon=True)
        self._listener.start()
        try:
            line = lines.get(timeout=PATIENCE_S)
            self.address = re.search(r"page http://(\S+:\d+)/#presenter=\w+ ", line)[1]
        except (queue.Empty, TypeError):
            self.kill()
            raise
        self.origin = f"http://{self.address}"

    def _read(self, lines):
        for line in self._process.stderr:
            lines.put(line)
        lines.put("nothing")

    def begin_stop(self):
        """SIGTERM: the server says goodbye to everyone."""
        self._process.send_signal(signal.SIGTERM)

    def wait(self):
        """The exit code, once the process has gone."""
        code = self._process.wait(PATIENCE_S)
        self._listener.join(PATIENCE_S)
        self._process.stderr.close()
        return code

    def kill(self):
        """Ends it, whatever state it is in."""
        self._process.kill()
        self.wait()
