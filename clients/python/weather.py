"""The fault proxy as a process in front of a server: the example `weather` of the crate `wire`."""

import subprocess
from collections import namedtuple
from pathlib import Path

from server import BINARY

# `cargo test` builds it beside the binary.
PROXY = Path(BINARY).parent / "examples/weather"
Tally = namedtuple("Tally", "open accepted refused bytes_up bytes_down")


class Weather:
    """A running proxy. It ends with its standard input."""

    def __init__(self, upstream):
        if not PROXY.exists():
            raise FileNotFoundError(f"there is no {PROXY}; run `cargo build -p wire --example weather`")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen([PROXY, upstream], **pipes)
        self.address = self._process.stdout.readline().split()[-1]
        self.origin = f"http://{self.address}"

    def tell(self, line):
        """Says a line, and returns the figures of the answer."""
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        word, *figures = self._process.stdout.readline().split()
        if word != "ok":
            raise ValueError(f"{line}: {word} {' '.join(figures)}")
        return [int(figure) for figure in figures]

    def tally(self):
        return Tally(*self.tell("tally"))

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
