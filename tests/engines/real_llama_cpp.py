"""llama.cpp's own server, which comes inside the embedded runtime, on a loopback port."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import httpx

# They end with the process. The runtime's destructor waits for threads and keeps the interpreter's lock meanwhile:
# where the collector finds one in the middle of another question, all wait for ever.
_KEPT: list[Any] = []


class RealServer:
    """`key`: "" for none."""

    def __init__(self, model: Path, *, context_tokens: int = 8192, key: str = "", threads: int = 1) -> None:
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # read upon import; see fimbot/engines/local.py
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.model.path = str(model)
        params.n_ctx = context_tokens
        params.n_batch, params.n_ubatch = 2048, 64
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
        params.warmup = False
        params.verbosity = 0
        params.cache_ram_mib = 0
        params.endpoint_metrics = params.endpoint_slots = True
        if key:
            params.api_keys = [key]
        self._server: Any = xllamacpp.Server(params)
        _KEPT.append(self._server)
        self._key = key
        self.url: str = self._server.listening_address

    def generated(self) -> int:
        """Tokens that it has generated so far, once it is at rest."""
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        with httpx.Client(trust_env=False, headers=headers) as client:
            while any(slot["is_processing"] for slot in client.get(f"{self.url}/slots", timeout=60).json()):
                time.sleep(0.05)
            lines = client.get(f"{self.url}/metrics", timeout=60).text.splitlines()
        return next(
            int(float(line.split()[1])) for line in lines if line.startswith("llamacpp:tokens_predicted_total ")
        )
