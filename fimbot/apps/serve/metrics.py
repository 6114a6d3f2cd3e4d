"""What Prometheus is told. Labels are names of keys and outcomes: never a key, a prompt or an answer."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from fimbot.values import Usage

# One body takes 0.3 s at a fast host, and up to two minutes with the embedded model on one core.
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """Of one server: a registry of its own."""

    content_type = "text/plain; version=0.0.4; charset=utf-8"

    def __init__(self, running: Callable[[], int], waiting: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._requests = self._counter("requests", "FIM requests by key and status", "key", "status")
        self._tokens = self._counter("tokens", "Tokens of answered questions", "key", "kind")
        self._cache = self._counter("cache", "Questions that were looked up in the cache", "result")
        self._hang_ups = self._counter("hang_ups", "Clients that went away before the end of their answer")
        self._failures = self._counter("engine_failures", "Questions that the engine did not answer", "kind")
        self._first = Histogram(
            "fimbot_first_text_seconds", "Until the first text", buckets=_SECONDS, registry=self._registry
        )
        self._whole = Histogram(
            "fimbot_answer_seconds", "Until the end of the answer", buckets=_SECONDS, registry=self._registry
        )
        Gauge("fimbot_running", "Questions under way", registry=self._registry).set_function(running)
        Gauge("fimbot_waiting", "Questions in the queue", registry=self._registry).set_function(waiting)

    def requested(self, who: str, status: int) -> None:
        self._requests.labels(who, str(status)).inc()

    def looked_up(self, *, hit: bool) -> None:
        self._cache.labels("hit" if hit else "miss").inc()

    def first_text(self, seconds: float) -> None:
        self._first.observe(seconds)

    def answered(self, who: str, usage: Usage, seconds: float) -> None:
        self._tokens.labels(who, "prompt").inc(usage.prompt_tokens)
        self._tokens.labels(who, "completion").inc(usage.completion_tokens)
        self._whole.observe(seconds)

    def hung_up(self) -> None:
        self._hang_ups.inc()

    def failed(self, error: Exception) -> None:
        self._failures.labels(type(error).__name__).inc()

    def page(self) -> bytes:
        return generate_latest(self._registry)

    def _counter(self, name: str, help: str, *labels: str) -> Counter:
        return Counter(f"fimbot_{name}", help, labels, registry=self._registry)
