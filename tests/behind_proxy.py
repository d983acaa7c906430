"""The site as an operator runs it: `medvirk serve`, and before it a real nginx or Caddy with the files in `deploy/`."""

import datetime as dt
import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from surveys.platform.config import Settings
from tests.mail_server import free_port

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
NAME = "medvirk.kommunen.no"
ADDRESS = f"https://{NAME}"
UPSTREAM = "127.0.0.1:5470"
PATIENCE = 120  # seconds


@dataclass(frozen=True)
class ProxiedSite:
    """A running site behind a proxy. `port` is the proxy's, for https; `written` has all that the proxy writes."""

    port: int
    folder: Path
    server: "subprocess.Popen[bytes]"

    def ask(
        self,
        path: str,
        client: str = "127.0.0.1",
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
    ) -> tuple[int, Mapping[str, str], str]:
        """What the client at this address of this machine is answered: status, headers, page."""
        trusting = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        connection = http.client.HTTPSConnection(
            NAME, self.port, timeout=PATIENCE, source_address=(client, 0), context=trusting
        )
        # To the name's own machine without asking anybody where that is.
        raw = socket.create_connection(("127.0.0.1", self.port), PATIENCE, (client, 0))
        connection.sock = trusting.wrap_socket(raw, server_hostname=NAME)
        try:
            connection.request(method, path, headers={"Host": NAME, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def stop_server(self) -> None:
        """The proxy is left alone."""
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(PATIENCE)

    @property
    def written(self) -> str:
        """Everything in the proxy's folder: logs, and what it kept of requests and answers."""
        files = [file for file in self.folder.rglob("*") if file.is_file() and file.suffix != ".pem"]
        return "\n".join(file.read_text(errors="replace") for file in files)


@contextmanager
def serving(
    settings: Settings, port: int, log: Path, workers: int = 2
) -> Iterator["subprocess.Popen[bytes]"]:
    """`medvirk serve`, listening."""
    variables = {f"MEDVIRK_{name.upper()}": str(value) for name, value in vars(settings).items()}
    variables["MEDVIRK_SMTP_STARTTLS"] = str(int(settings.smtp_starttls))
    command = ["serve", "--port", str(port), "--workers", str(workers)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", "import app; app.main()", *command],
            cwd=ROOT,
            env=os.environ | variables,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    with _ended(process):
        _wait_for(port, process, log)
        yield process


@contextmanager
def behind(
    proxy: str, settings: Settings, folder: Path, proxies: int = 1, workers: int = 2
) -> Iterator[ProxiedSite]:
    """The site of these settings behind «nginx» or «caddy»."""
    own = folder / proxy
    own.mkdir()
    make_certificate(own)
    site_port, port = free_port(), free_port()
    start = _nginx if proxy == "nginx" else _caddy
    told = Settings(**vars(settings) | {"base_url": ADDRESS, "proxies": proxies})
    with serving(told, site_port, folder / "serve.log", workers) as server:
        with (own / "said.log").open("wb") as out:
            process = subprocess.Popen(
                start(own, site_port, port),
                stdout=out,
                stderr=subprocess.STDOUT,
                env=os.environ | {"XDG_DATA_HOME": str(own), "XDG_CONFIG_HOME": str(own)},
            )
        with _ended(process):
            _wait_for(port, process, own / "said.log")
            yield ProxiedSite(port, own, server)


def _nginx(folder: Path, site_port: int, port: int) -> list[str]:
    """The command; a main file of our own, for a user without rights, includes the file that operators copy."""
    own = _changed(
        DEPLOY / "nginx.conf",
        {
            UPSTREAM: f"127.0.0.1:{site_port}",
            "listen 80;": f"listen 127.0.0.1:{free_port()};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
            "/etc/ssl/medvirk/": f"{folder}/",
        },
    )
    (folder / "medvirk.conf").write_text(own)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "main.conf").write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;"
        f"{'user root;' if os.geteuid() == 0 else ''} events {{}}"
        f"http {{ access_log {folder}/access.log; {temporary} include {folder}/medvirk.conf; }}"
    )
    return [_program("nginx"), "-p", str(folder), "-e", f"{folder}/error.log", "-c", f"{folder}/main.conf"]


def _caddy(folder: Path, site_port: int, port: int) -> list[str]:
    pair = f"{folder}/fullchain.pem {folder}/privkey.pem"
    own = _changed(
        DEPLOY / "Caddyfile",
        {
            UPSTREAM: f"127.0.0.1:{site_port}",
            "\tlog default {": f"\tadmin off\n\thttps_port {port}\n\thttp_port {free_port()}\n\tlog default {{",
            f"\n{NAME} {{": f"\n{NAME} {{\n\ttls {pair}",
        },
    )
    (folder / "Caddyfile").write_text(own)
    return [_program("caddy"), "run", "--config", f"{folder}/Caddyfile", "--adapter", "caddyfile"]


def _changed(file: Path, changes: Mapping[str, str]) -> str:
    content = file.read_text()
    for found, put in changes.items():
        assert found in content, f"{file.name} has no «{found}»"
        content = content.replace(found, put)
    return content


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    assert found, f"Testene trenger {name}: kjør «sudo apt-get install {name}» og prøv igjen."
    return found


def make_certificate(folder: Path) -> None:
    """`fullchain.pem` and `privkey.pem` for the name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "privkey.pem").write_bytes(secret)


@contextmanager
def _ended(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until somebody listens. A process that ends before that tells why."""
    last = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < last:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(log.read_text(errors="replace"))
