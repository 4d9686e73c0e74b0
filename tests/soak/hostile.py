"""Requests that nobody honest makes, to the control socket and to the metrics port."""
import json
import os
import socket
import struct
import time

PATHS = ("/segments", "/fdb", "/queues", "/config", "/flush", "/announce", "/offload", "/reload", "/trace", "/metrics", "/healthz", "/", "/../etc/passwd", "/%00", "/%ff%fe", "//", "/fdb?x=" + "a" * 4000)
POSTS = ("/flush", "/announce", "/offload", "/trace")
VALUES = [None, True, -1, 0, 2 ** 31, 2 ** 63, 1e308, "", "x" * 5000, "\ud800", "\0", [], {}, [[]], "blue", "access0", "00:15:5d:00:00:0b", "ff:ff:ff:ff:ff:ff", "192.0.2.1", "::", "on", "all"]
KEYS = {"/flush": ("segment", "port", "vlan", "innerVlan", "peer", "mac", "vsid"), "/announce": ("segment",), "/offload": ("port", "name", "state", "disruptive"),
        "/trace": ("count", "timeoutSeconds", "vsid", "vlan", "mac", "peer", "port", "bytes")}


def body(r, path):
    kind = r.randrange(7)
    if kind == 0:
        return bytes(r.randrange(256) for _ in range(r.choice([0, 1, 100, 5000])))
    if kind == 1:
        return b"[" * r.choice([10, 63, 64, 65, 60000])
    if kind == 2:
        return b'{"a":' * 5000 + b"1" + b"}" * 5000
    if kind == 3:
        return r.choice([b"null", b"1", b"[]", b'""', b"true", b"1e999", b"{}", b"{\"port\":null}", b"\xef\xbb\xbf{}", b"\xff\xfe{\0}\0"])
    made = {k: r.choice(VALUES) for k in r.sample(KEYS[path], r.randint(1, len(KEYS[path])))}
    if path == "/trace":
        made["timeoutSeconds"] = r.choice([1, 1, 1, -5, 0, 2 ** 31, "1"]) if "timeoutSeconds" in made else 1
    return json.dumps(made).encode()


def garbage(r):
    kind = r.randrange(8)
    if kind == 0:
        return bytes(r.randrange(256) for _ in range(r.choice([1, 100, 10000])))
    if kind == 1:
        return b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(r.randrange(256) for _ in range(200))
    if kind == 2:
        return b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 100000 + b"\r\n\r\n"
    if kind == 3:
        return b"GET /fdb HTTP/1.1\r\n" + b"".join(b"H%d: x\r\n" % i for i in range(5000)) + b"\r\n"
    if kind == 4:
        return b"POST /flush HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " + r.choice([b"-1", b"99999999999999999999", b"2147483648", b"0x10", b"5, 6"]) + b"\r\n\r\n{}"
    if kind == 5:
        return b"POST /trace HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + r.choice([b"FFFFFFFFFFFFFFFF\r\nx", b"-1\r\n", b"5\r\n{\"a\"", b"zz\r\n"])
    if kind == 6:
        return b"\r\n" * 10000 + b"GET"
    return b"BREW /pot HTCPCP/1.0\r\n\r\n"


def ask(connect, data, seconds=3.0, limit=1 << 20):
    """What is answered until the end, the time or the limit."""
    answer = b""
    try:
        with connect(seconds) as s:
            s.sendall(data)
            while len(answer) < limit:
                piece = s.recv(65536)
                if not piece:
                    break
                answer += piece
    except OSError:
        pass
    return answer


def request(r):
    if r.random() < 0.3:
        return garbage(r)
    path, method = r.choice(PATHS), r.choice(["GET", "GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "get"])
    data = b""
    if r.random() < 0.6:
        path, method = r.choice(POSTS), "POST"
        data = body(r, path)
    head = "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n" % (method, path, len(data))
    if r.random() < 0.9:
        head += "Content-Type: %s\r\n" % r.choice(["application/json", "application/json", "application/json", "application/json; charset=utf-16", "text/plain", "application/json; charset=\"x", "\x7f"])
    return head.encode("latin1") + b"\r\n" + data


def unix(path):
    def connect(seconds):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(seconds)
        s.connect(path)
        return s
    return connect


def tcp(port):
    return lambda seconds: socket.create_connection(("127.0.0.1", port), seconds)


def abuse(r, connect, tally):
    """Some of everything; what is answered with 5xx is counted by its first line and the request."""
    for _ in range(60):
        sent = request(r)
        answer = ask(connect, sent)
        line = answer.split(b"\r\n", 1)[0].decode(errors="replace")[:60]
        if line.startswith("HTTP/1.1 5") and " 503" not in line and " 505" not in line and " 501" not in line:
            tally["answered", line, sent[:300]] += 1
        else:
            tally["answered", line] += 1
    # many at once that say nothing, or say it slowly, or do not listen
    held = []
    try:
        for i in range(1000):
            try:
                s = connect(2)
                held.append(s)
                if i % 3 == 1:
                    s.sendall(b"GET /fdb HTT")
                elif i % 3 == 2:
                    s.sendall(b"GET /drops HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
            except OSError:
                tally["refused connections"] += 1
        began = time.monotonic()
        while not ask(connect, b"GET /drops HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 10).startswith(b"HTTP/1.1"):
            if time.monotonic() - began > 30:
                raise RuntimeError("nobody else is served while 1000 hold connections")
        for s in held[:300]:
            s.sendall(b"P") if r.random() < 0.5 else s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    finally:
        for s in held:
            s.close()
    # a body without end
    try:
        with connect(3) as s:
            s.sendall(b"POST /flush HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(2000):
                s.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
            tally["took 128 MB of a body"] += 1
    except OSError:
        tally["cut a long body off"] += 1
