"""The authority of a run and the certificate of its servers, made by openssl."""

import subprocess

DAYS = "90"
RSA = ("-newkey", "rsa:2048", "-noenc")


def make(folder):
    """ca.pem, server.pem and server.key in the folder, anew in every run."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "openssl.cnf").write_text("[req]\ndistinguished_name = name\n[name]\n")
    openssl(
        folder,
        *("req", "-config", "openssl.cnf", "-x509", *RSA, "-keyout", "ca.key", "-out", "ca.pem"),
        *("-subj", "/CN=bench authority", "-days", DAYS),
        *("-addext", "basicConstraints=critical,CA:TRUE"),
        *("-addext", "keyUsage=critical,keyCertSign"),
    )
    openssl(
        folder,
        *("req", "-config", "openssl.cnf", *RSA, "-keyout", "server.key", "-out", "server.csr"),
        *("-subj", "/CN=bench server"),
    )
    (folder / "server.ext").write_text(
        "subjectAltName=IP:127.0.0.1\nauthorityKeyIdentifier=keyid\nextendedKeyUsage=serverAuth\n"
    )
    openssl(
        folder,
        *("x509", "-req", "-in", "server.csr", "-extfile", "server.ext", "-out", "server.pem"),
        *("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", DAYS),
    )


def openssl(folder, *arguments):
    command = ["openssl", *arguments]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    if run.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{run.stderr}")
