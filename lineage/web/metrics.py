"""What Prometheus is told: requests, verdicts, how long posts take, how long the line is."""

from __future__ import annotations

import time

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lineage.web.service import Service

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_SECONDS = (0.01, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0, 15.0, 60.0)


class Metrics:
    """Of one service.

    Args:
        service: that is measured
    """

    def __init__(self, service: Service) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        named = ["method", "route", "status"]
        self.requests = Counter("lineage_requests", "Requests answered.", named, registry=self._registry)
        self.seconds = Histogram(
            "lineage_request_seconds",
            "Seconds until a request was answered.",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._verdicts = Counter("lineage_posts", "Posts answered, by verdict.", ["verdict"], registry=self._registry)
        inside = Gauge("lineage_inside", "Pieces of work that are done or wait.", registry=self._registry)
        inside.set_function(lambda: service.pool.inside)
        ready = Gauge("lineage_ready", "1 once posts are answered at once.", registry=self._registry)
        ready.set_function(lambda: service.ready)
        service.told.append(lambda report: self._verdicts.labels(report.verdict.decision).inc())

    def told(self) -> tuple[bytes, str]:
        """All of it as text, and the type of that."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST


class Counted:
    """Stands before an application and counts its requests; HEAD arrives as the GET that it stands for.

    Args:
        app: that it stands before
        metrics: where they are counted
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "none")  # never the address itself, of which there is no end
            method = scope["method"] if scope["method"] in _METHODS else "other"  # anybody may make up more
            self._metrics.requests.labels(method, route, status).inc()
            self._metrics.seconds.labels(route).observe(time.perf_counter() - began)
