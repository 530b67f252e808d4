"""The feed on the four ways, in Python: FastAPI on uvicorn, with websockets for WebSocket."""

import asyncio
import json
import os
import random
import time
from collections import deque
from contextlib import asynccontextmanager
from itertools import islice

from fastapi import FastAPI, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse

RATE = float(os.environ.get("RATE", 10))
SYMBOLS = [f"S{k}" for k in range(int(os.environ.get("SYMBOLS", 8)))]
PAYLOAD = int(os.environ.get("PAYLOAD", 0))

history: deque[dict] = deque(maxlen=4096)
queues: set[asyncio.Queue] = set()
news = asyncio.Condition()


def encode(value) -> str:
    return json.dumps(value, separators=(",", ":"))


def next_event(seq: int, due: float, cents: list[int]) -> dict:
    k = (seq - 1) % len(SYMBOLS)
    cents[k] = max(1, cents[k] + random.randint(-50, 50))
    event = {
        "seq": seq,
        "at": round(due * 1e6),
        "symbol": SYMBOLS[k],
        "value": cents[k] / 100,
        "change": (cents[k] - 10_000) / 100,
    }
    missing = PAYLOAD - len(encode(event | {"pad": ""}))
    return event | {"pad": "x" * missing} if missing > 0 else event


async def publish():
    """Event k is due at start + k / rate, whoever is slow. `at` is that instant, in Unix microseconds."""
    start, seq, cents = time.time(), 0, [10_000] * len(SYMBOLS)
    while True:
        seq += 1
        due = start + seq / RATE
        await asyncio.sleep(max(0, due - time.time()))
        event = next_event(seq, due, cents)
        history.append(event)
        text = encode(event)
        for queue in queues:
            queue.put_nowait((seq, text))
        async with news:
            news.notify_all()


@asynccontextmanager
async def lifespan(_: FastAPI):
    task = asyncio.create_task(publish())
    yield
    task.cancel()


app = FastAPI(lifespan=lifespan)


def answer(events: list[dict]) -> Response:
    return Response(encode(events), media_type="application/json", headers={"cache-control": "no-store"})


def newest(count: int) -> list[dict]:
    """Oldest first. Taken from the end, so that it costs what it gives and not the whole history."""
    return list(islice(reversed(history), count))[::-1]


def snapshot() -> list[dict]:
    """The newest event of each symbol: the symbols take turns."""
    return newest(len(SYMBOLS))


def since(after: int | None) -> list[dict]:
    if after is None:
        return snapshot()
    missing = history[-1]["seq"] - after if history else 0
    return newest(max(0, missing))


@app.get("/poll")
async def poll():
    return answer(snapshot())


@app.get("/long-poll")
async def long_poll(after: int | None = None, hold: float = 25):
    try:
        async with asyncio.timeout(hold), news:
            await news.wait_for(lambda: since(after))
    except TimeoutError:
        return Response(status_code=204)
    return answer(since(after))


@asynccontextmanager
async def subscription():
    queue: asyncio.Queue = asyncio.Queue()
    queues.add(queue)
    try:
        yield queue
    finally:
        queues.discard(queue)


@app.get("/sse")
async def sse():
    async def stream():
        async with subscription() as queue:
            while True:
                seq, text = await queue.get()
                yield f"id: {seq}\ndata: {text}\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"cache-control": "no-cache"})


@app.websocket("/ws")
async def ws(socket: WebSocket):
    await socket.accept()
    async with subscription() as queue:
        try:
            while True:
                _, text = await queue.get()
                await socket.send_text(text)
        except WebSocketDisconnect:
            pass
