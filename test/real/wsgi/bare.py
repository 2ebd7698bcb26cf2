"""Tells the current time: a service on bare WSGI (PEP 3333), without any library.

501 for methods other than GET, 404 for another host or path, else 200 text/plain.
TIME_HOST, from the WSGI environment or the process's, names the host that it answers for.
"""

import os
from datetime import datetime, timezone


def application(environ, start_response):
    status, text = answer(environ)
    body = (text + "\n").encode("ascii")
    start_response(
        status,
        [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))],
    )
    return [body]


def answer(environ):
    if environ["REQUEST_METHOD"] != "GET":
        return "501 Not Implemented", "only GET is implemented"
    if host_of(environ) != our_host(environ) or environ.get("PATH_INFO") != "/time":
        return "404 Not Found", "nothing here"
    return "200 OK", datetime.now(timezone.utc).isoformat(timespec="milliseconds")


def host_of(environ):
    return environ.get("HTTP_HOST", "").partition(":")[0].lower()


def our_host(environ):
    return environ.get("TIME_HOST") or os.environ.get("TIME_HOST", "localhost")
