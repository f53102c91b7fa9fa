"""Login hosts and Graph on loopback, under the names that they have in production.

A proxy takes CONNECT for the hosts named here, refuses it for all others, and answers itself, with
a certificate of the run's own authority. So mgd and MSAL use the URLs that they use in production,
and what they send and keep is compared without a name changed in it.
"""

import base64
import json
import ssl
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TENANT = "3f6b1d52-8c0e-4a97-b1f4-6d2e90c75a18"
AUTHORITY = f"https://login.microsoftonline.com/{TENANT}"
ADFS = "https://fs.contoso.example/adfs"
GRAPH = "https://graph.microsoft.com"
HOSTS = ("login.microsoftonline.com", "fs.contoso.example", "graph.microsoft.com")
CONFIGURATION = "/.well-known/openid-configuration"


@dataclass
class Seen:
    method: str
    url: str
    headers: dict
    body: str


class Login:
    """Answers until closed. Tokens are `token-1`, `token-2` and so on."""

    def __init__(self, keys):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(keys.path("server.pem"), keys.path("server.key"))
        self.ca_file = str(keys.path("ca.pem"))
        self.seen = []
        self.challenge = None
        self.lock = threading.Lock()
        login = self

        class Bound(Handler):
            def __init__(self, *arguments):
                self.login = login
                super().__init__(*arguments)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
        self.server.daemon_threads = True
        self.proxy = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def posts(self):
        """The token requests so far."""
        with self.lock:
            return [seen for seen in self.seen if seen.method == "POST"]

    def graph(self):
        """The requests to Graph so far."""
        with self.lock:
            return [seen for seen in self.seen if seen.url.startswith(GRAPH)]

    def answer(self, seen):
        """Status, headers and JSON for a request."""
        with self.lock:
            self.seen.append(seen)
            challenge = self.challenge
            if seen.url.startswith(GRAPH):
                self.challenge = None
        if seen.method == "POST":
            return 200, {}, {
                "token_type": "Bearer",
                "expires_in": 7200,
                "ext_expires_in": 7200,
                "refresh_in": 3600,
                "access_token": f"token-{len(self.posts())}",
            }
        if seen.url.endswith(CONFIGURATION):
            base = seen.url.removesuffix(CONFIGURATION)
            place = base.removesuffix("/v2.0") + "/oauth2"
            place += "/v2.0" if base.endswith("/v2.0") else ""
            return 200, {}, {
                "issuer": base,
                "authorization_endpoint": f"{place}/authorize",
                "token_endpoint": f"{place}/token",
            }
        if seen.url.startswith(GRAPH) and challenge:
            claims = base64.b64encode(challenge.encode()).decode()
            value = f'Bearer error="insufficient_claims", claims="{claims}"'
            error = {"code": "InvalidAuthenticationToken", "message": "claims wanted"}
            return 401, {"WWW-Authenticate": value}, {"error": error}
        if seen.url.startswith(GRAPH):
            return 200, {}, {"value": [{"id": "1"}]}
        return 404, {}, {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    host = None

    def do_CONNECT(self):
        host, _, port = self.path.partition(":")
        if host not in HOSTS or port != "443":
            self.send_error(403)
            return
        self.send_response(200)
        self.end_headers()
        self.host = host
        self.close_connection = False
        self.connection = self.login.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")

    def do_GET(self):
        if self.host is None:
            self.send_error(403)
            return
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, f"https://{self.host}{self.path}", headers, body)
        status, headers, answer = self.login.answer(seen)
        content = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    do_POST = do_GET

    def finish(self):
        super().finish()
        self.connection.close()

    def log_message(self, *arguments):
        pass
