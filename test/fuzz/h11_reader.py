"""How h11 reads requests: one stream a line on stdin, in JSON, as {"latin1": "..."}; one reading a line on stdout."""

import json
import sys

import h11


def read(data):
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    connection.receive_data(data)
    connection.receive_data(b"")
    requests = []
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA or isinstance(event, h11.ConnectionClosed):
                return requests, ""
            if event is h11.PAUSED:
                if connection.our_state is h11.SEND_RESPONSE:
                    answer(connection)
                if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                    return requests, ""
                connection.start_next_cycle()
            elif isinstance(event, h11.Request):
                requests.append(request_of(event))
            elif isinstance(event, h11.Data):
                requests[-1]["body"] += bytes(event.data).decode("latin1")
            elif isinstance(event, h11.EndOfMessage):
                requests[-1]["complete"] = True
                answer(connection)
    except h11.RemoteProtocolError as error:
        return requests, str(error) or "refused"


def answer(connection):
    if connection.our_state in (h11.IDLE, h11.SEND_RESPONSE):
        connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
        connection.send(h11.EndOfMessage())


def request_of(event):
    fields = [[name.decode("latin1"), value.decode("latin1")] for name, value in event.headers]
    return {
        "method": event.method.decode("latin1"),
        "target": event.target.decode("latin1"),
        "minorVersion": int(event.http_version.split(b".")[1]),
        "fields": fields,
        "body": "",
        "complete": False,
    }


for line in sys.stdin:
    requests, error = read(json.loads(line)["latin1"].encode("latin1"))
    print(json.dumps({"requests": requests, "error": error}), flush=True)
