"""The server of most parts: nginx with the pages as files, and a log by which what a client sent
is counted."""

import json
import socket
import subprocess
import time
from dataclasses import dataclass

TENANT = "3f6b1d52-8c0e-4a97-b1f4-6d2e90c75a18"
# About as long as a token of Entra's.
TOKEN = "bench." + "0123456789abcdef" * 110

CONFIGURATION = """
daemon off;
master_process off;
pid %(folder)s/nginx.pid;
error_log %(folder)s/error.log;
events { worker_connections 512; }
http {
    default_type application/json;
    gzip off;
    sendfile on;
    tcp_nodelay on;
    output_buffers 2 128k;
    keepalive_timeout 75s;
    keepalive_requests 1000000;
    log_format counted '$server_port $connection $request_method $status';
    access_log %(folder)s/access.log counted;
    client_body_temp_path %(folder)s/tmp;
    proxy_temp_path %(folder)s/tmp;
    fastcgi_temp_path %(folder)s/tmp;
    uwsgi_temp_path %(folder)s/tmp;
    scgi_temp_path %(folder)s/tmp;
    ssl_certificate %(keys)s/server.pem;
    ssl_certificate_key %(keys)s/server.key;
    map $args $page { default 0; "~skiptoken=([0-9]+)" $1; }
    server {
        listen 127.0.0.1:%(graph)d ssl;
        if ($http_authorization !~ "^Bearer ") { return 401; }
        location = /v1.0/users { root %(files)s/pages; try_files /$page.json =404; }
        location = /v1.0/large { root %(files)s; try_files /large.json =404; }
    }
    server {
        listen 127.0.0.1:%(plain)d;
        location = /v1.0/users { root %(files)s/plain; try_files /$page.json =404; }
    }
    server {
        listen 127.0.0.1:%(login)d ssl;
        location = /%(tenant)s/oauth2/v2.0/token { return 200 '%(token)s'; }
        location = /%(tenant)s/v2.0/.well-known/openid-configuration { return 200 '%(openid)s'; }
    }
}
"""


@dataclass
class Counted:
    requests: int
    connections: int


class Nginx:
    """Answers until closed: Graph over TLS, Graph over plain HTTP, and the login host."""

    def __init__(self, files, folder, keys, ports):
        (folder / "tmp").mkdir(parents=True, exist_ok=True)
        self.log = folder / "access.log"
        self.log.write_text("")
        authority = f"https://127.0.0.1:{ports.login}/{TENANT}"
        values = {
            "files": files,
            "folder": folder,
            "keys": keys,
            "graph": ports.graph,
            "plain": ports.plain,
            "login": ports.login,
            "tenant": TENANT,
            "token": json.dumps(
                {"token_type": "Bearer", "expires_in": 86399, "access_token": TOKEN}
            ),
            "openid": json.dumps({
                "issuer": f"{authority}/v2.0",
                "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
                "token_endpoint": f"{authority}/oauth2/v2.0/token",
            }),
        }
        file = folder / "nginx.conf"
        file.write_text(CONFIGURATION % values)
        command = ["nginx", "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(file)]
        # A session of its own: Ctrl-C reaches this program, which ends nginx last.
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, start_new_session=True
        )
        try:
            self.wait_for(ports.login)
        except BaseException:
            self.close()
            raise

    def wait_for(self, port):
        for _ in range(100):
            if self.process.poll() is not None:
                raise SystemExit("bench: nginx did not start")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise SystemExit("bench: nginx does not answer")

    def counted(self, action):
        """What the server was sent while the action ran."""
        before = self.lines()
        action()
        lines = self.lines()[len(before) :]
        connections = {line.split()[1] for line in lines}
        return Counted(len(lines), len(connections))

    def lines(self):
        """The log, once it has stopped to grow: a line comes after the answer."""
        size = -1
        while size != self.log.stat().st_size:
            size = self.log.stat().st_size
            time.sleep(0.1)
        return self.log.read_text().splitlines()

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
