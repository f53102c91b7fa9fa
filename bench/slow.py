"""A server that takes its time over a page, as Graph does, and answers batches at once."""

import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Seconds until a page begins, and that it takes from its first byte to its last.
ANSWER = 0.1
SEND = 0.1
PIECES = 20


class Slow:
    """Answers until closed. Its pages are nginx's, with links to itself."""

    def __init__(self, pages, keys, port, others):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(keys / "server.pem", keys / "server.key")
        self.pages = pages
        self.context = context
        self.origins = (others.encode(), f"https://127.0.0.1:{port}".encode())
        self.requests = 0
        self.lock = threading.Lock()
        slow = self

        class Bound(Handler):
            def __init__(self, *arguments):
                self.slow = slow
                super().__init__(*arguments)

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                # A client that leaves is none of ours; a wrong answer shows at the client.
                pass

        self.server = Server(("127.0.0.1", port), Bound)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self, number):
        return (self.pages / f"{number}.json").read_bytes().replace(*self.origins, 1)

    def counted(self, action):
        """How many requests came while the action ran."""
        before = self.requests
        action()
        return self.requests - before

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30

    def setup(self):
        # In the connection's own thread, so that a handshake holds up no other.
        self.request = self.slow.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def do_GET(self):
        self.count()
        path, _, query = self.path.partition("?")
        if path != "/v1.0/users":
            self.answer(200, json.dumps(user(path)).encode())
            return
        begin = time.monotonic()
        body = self.slow.page(query.partition("skiptoken=")[2] or "0")
        until(begin + ANSWER)
        self.head(200, len(body))
        size = -(-len(body) // PIECES)
        for piece in range(PIECES):
            until(begin + ANSWER + SEND * (piece + 1) / PIECES)
            self.wfile.write(body[piece * size : (piece + 1) * size])

    def do_POST(self):
        self.count()
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path != "/v1.0/$batch":
            self.answer(404, b"{}")
            return
        responses = [
            {
                "id": request["id"],
                "status": 200,
                "headers": {"Content-Type": "application/json"},
                "body": user(request["url"]),
            }
            for request in json.loads(content)["requests"]
        ]
        self.answer(200, json.dumps({"responses": responses}).encode())

    def count(self):
        with self.slow.lock:
            self.slow.requests += 1

    def answer(self, status, body):
        self.head(status, len(body))
        self.wfile.write(body)

    def head(self, status, length):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def finish(self):
        super().finish()
        self.request.close()

    def log_message(self, *arguments):
        pass


def user(path):
    return {"id": path.rpartition("/")[2], "displayName": "Zoë", "mail": "zoe@contoso.example"}


def until(moment):
    time.sleep(max(0, moment - time.monotonic()))
