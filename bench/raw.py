"""The raw limits of this machine, measured in the same run as everything else."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from bench.cast import writer
from bench.node import HOST, ROOT, free_port
from bench.wire import connect, plain_request, run_load

SECONDS = 0.5
SERVER = """
import sys, uvicorn
from quart import Quart, Response, request
app = Quart("bare")
@app.post("/inbox")
async def inbox():
    await request.get_data()
    return Response(status=202)
@app.get("/document")
async def document():
    return Response(b"x" * 3000, content_type="application/activity+json")
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), loop="uvloop", http="httptools",
            ws="none", lifespan="off", access_log=False, log_config=None)
"""


async def bare_quart(requests: int) -> tuple[float, float]:
    """POSTs and GETs per second that Quart on uvicorn answers when it does nothing else."""
    port = free_port()
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], cwd=ROOT)  # noqa: ASYNC220
    try:
        await _until_open(port)
        body = b"x" * 1_500
        posts = [plain_request("POST", "/inbox", f"{HOST}:{port}", {}, body)] * requests
        gets = [plain_request("GET", "/document", f"{HOST}:{port}")] * requests
        await run_load(HOST, port, posts[: requests // 10], 32)
        posted = (await run_load(HOST, port, posts, 32)).require(202)
        got = (await run_load(HOST, port, gets, 8)).require(200)
        return posted.rate, got.rate
    finally:
        server.terminate()
        server.wait()


async def _until_open(port: int) -> None:
    for _ in range(2_000):
        try:
            (await connect(HOST, port)).close()
            return
        except OSError:
            await asyncio.sleep(0.01)
    raise RuntimeError("the bare server did not start")


def rsa_signatures() -> float:
    """RSA-2048 signatures per second on one core."""
    key = writer("raw.example", "raw").key
    key.sign(b"warm")
    done, began = 0, time.perf_counter()
    while (taken := time.perf_counter() - began) < SECONDS:
        key.sign(b"x" * 200)
        done += 1
    return done / taken


def durable_inserts(folder: Path) -> float:
    """Rows of 1.5 kB per second, each in a commit of its own that survives a power cut."""
    path = folder / "raw.db"
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("pragma journal_mode = wal")
    raw.execute("pragma synchronous = full")
    raw.execute("create table rows (id integer primary key, body text)")
    done, began = 0, time.perf_counter()
    while (taken := time.perf_counter() - began) < SECONDS:
        raw.execute("insert into rows (body) values (?)", ("x" * 1_500,))
        done += 1
    raw.close()
    path.unlink()
    return done / taken


def bare_start() -> float:
    """Seconds until Python has imported what no node can do without, and ends."""
    code = "import quart, uvicorn, httptools, uvloop, cryptography.hazmat.primitives.asymmetric.rsa"
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    return time.perf_counter() - began
