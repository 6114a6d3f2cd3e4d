"""A fast strict upstream in a process of its own, for many streams at once: `python -m tests.doubles.canned --help`.

It speaks Langdock's FIM protocol, and answers each prompt with the nonce that the prompt carries, once in each piece.
On standard output: the port, once it listens.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from typing import Any

from tests.doubles.langdock import KEY, ROUTE

NONCE = re.compile(r"nonce-[0-9a-f]+")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--pieces", type=int, default=10)
    options.add_argument("--pause", type=float, default=0.0, help="seconds between two pieces")
    chosen = options.parse_args()
    asyncio.run(serve(chosen.port, chosen.pieces, chosen.pause))


async def serve(port: int, pieces: int, pause: float) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await _answer(reader, writer, pieces, pause):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client has hung up
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", port, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pieces: int, pause: float) -> bool:
    """False where the connection is not kept for another request."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    nonce = _nonce(line, headers, body)
    if nonce is None:
        writer.write(b"HTTP/1.1 422 Unprocessable Entity\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        return False
    kept = headers.get("connection", "").lower() != "close"
    connection = b"" if kept else b"Connection: close\r\n"
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n%s\r\n" % connection
    )
    for number in range(pieces):
        writer.write(_chunked(_event(f"{nonce}.{number};", None)))
        await writer.drain()
        await asyncio.sleep(pause)
    writer.write(_chunked(_event("", "stop")) + _chunked(b"data: [DONE]\n\n") + b"0\r\n\r\n")
    await writer.drain()
    return kept


def _nonce(line: str, headers: dict[str, str], content: bytes) -> str | None:
    """None where the request is not the documented one."""
    if line != f"POST {ROUTE} HTTP/1.1" or headers.get("authorization") != f"Bearer {KEY}":
        return None
    body: Any = json.loads(content)
    known = {"model", "prompt", "suffix", "max_tokens", "stream", "temperature", "top_p", "stop", "random_seed"}
    if not set(body) <= known or body["model"] != "codestral-2501" or body["stream"] is not True:
        return None
    found = NONCE.search(body["prompt"])
    return found[0] if found else None


def expected(nonce: str, pieces: int) -> str:
    return "".join(f"{nonce}.{number};" for number in range(pieces))


def _event(text: str, finish: str | None) -> bytes:
    value: dict[str, object] = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}
    if finish:
        value["usage"] = {"prompt_tokens": 16, "completion_tokens": 50, "total_tokens": 66}
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def _chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


if __name__ == "__main__":
    main()
