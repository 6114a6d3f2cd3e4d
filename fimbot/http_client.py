"""An HTTP client as the environment wants it: proxies, CA files."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from fimbot.errors import SettingsError

UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
"""There is no connection: the host has seen nothing of the request."""


@contextmanager
def usable_environment() -> Iterator[None]:
    """Around what opens a client. Raises `SettingsError` for a proxy or a CA file that the environment names and that
    cannot be used; httpx's own words may hold the password of a proxy."""
    try:
        yield
    except OSError as error:
        raise SettingsError(f"SSL_CERT_FILE or SSL_CERT_DIR cannot be read: {error.strerror or 'no PEM'}") from None
    except ImportError:
        raise SettingsError(
            "a SOCKS proxy (ALL_PROXY) needs `pip install httpx[socks]`; or set HTTPS_PROXY to one that speaks HTTP"
        ) from None
    except (ValueError, httpx.InvalidURL):
        raise SettingsError("HTTPS_PROXY or ALL_PROXY is no address of a proxy") from None


def trusted(scheme: str) -> ssl.SSLContext:
    """Whom clients of `open_client` believe: made once where several are opened, since reading all CAs takes 40 ms; and
    there is nothing to verify in plain HTTP to this machine. Raises `SettingsError`: see `usable_environment`."""
    secure = scheme == "https"
    with usable_environment():
        return httpx.create_ssl_context(verify=secure, trust_env=secure)


def open_client(
    scheme: str,
    *,
    headers: Mapping[str, str] | None = None,
    transport: httpx.BaseTransport | None = None,
    trust: ssl.SSLContext | None = None,
    kept_seconds: float | None = None,
) -> httpx.Client:
    """`kept_seconds`: how long a connection may rest between two requests; else each is used for one.

    Raises `SettingsError`: see `usable_environment`."""
    secure = scheme == "https"
    kept = 0 if kept_seconds is None else 1
    with usable_environment():
        return httpx.Client(
            transport=transport,
            verify=trust or secure,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=kept, keepalive_expiry=kept_seconds),
            follow_redirects=False,  # a redirect would take the key, or the code, to another host
            # Proxies and CA files from the environment, but no proxy may see a key in plain HTTP.
            trust_env=secure,
            headers=headers,
        )


def proxy_for(url: httpx.URL) -> str:
    """Host and port of the proxy that a client of `open_client` takes to `url`, without its password; "" for none."""
    if url.scheme != "https" or proxy_bypass(url.host):
        return ""
    proxies = getproxies()
    return urlsplit(proxies.get("https") or proxies.get("all") or "").netloc.rpartition("@")[2]
