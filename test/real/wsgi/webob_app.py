"""Tells the current time: the service of bare.py, written with WebOb."""

import os
from datetime import datetime, timezone

from webob import Response
from webob.dec import wsgify
from webob.exc import HTTPNotFound, HTTPNotImplemented


@wsgify
def application(request):
    if request.method != "GET":
        raise HTTPNotImplemented("only GET is implemented")
    if request.domain != our_host(request) or request.path_info != "/time":
        raise HTTPNotFound("nothing here")
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    return Response(text=now + "\n", content_type="text/plain", charset="utf-8")


def our_host(request):
    return request.environ.get("TIME_HOST") or os.environ.get("TIME_HOST", "localhost")
