"""Tells the current time: the service of bare.py, written with Werkzeug."""

import os
from datetime import datetime, timezone

from werkzeug.exceptions import HTTPException, NotFound, NotImplemented
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

ROUTES = Map([Rule("/time", endpoint="time")])


@Request.application
def application(request):
    try:
        return dispatch(request)
    except HTTPException as error:
        return error


def dispatch(request):
    if request.method != "GET":
        raise NotImplemented("only GET is implemented")
    if request.host.partition(":")[0] != our_host(request):
        raise NotFound()
    ROUTES.bind_to_environ(request.environ).match()
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    return Response(now + "\n", mimetype="text/plain")


def our_host(request):
    return request.environ.get("TIME_HOST") or os.environ.get("TIME_HOST", "localhost")
