"""Keys and certificates of one run, made by openssl: an authority, the server's certificate, the
application's in every form that mgd reads, and a stranger's."""

import subprocess

PASSPHRASE = "correct horse battery staple"
DAYS = "90"


class Keys:
    def __init__(self, folder, hosts):
        self.folder = folder
        (folder / "openssl.cnf").write_text("[req]\ndistinguished_name = name\n[name]\n")
        self.key("ca")
        self.openssl(
            *("req", "-config", "openssl.cnf", "-x509", "-key", "ca.key", "-out", "ca.pem"),
            *("-subj", "/CN=interop authority", "-days", DAYS),
            *("-addext", "basicConstraints=critical,CA:TRUE"),
            *("-addext", "keyUsage=critical,keyCertSign"),
        )
        self.issue("server", "subjectAltName=" + ",".join(f"DNS:{host}" for host in hosts))
        self.issue("application", "keyUsage=digitalSignature")
        self.issue("stranger", "keyUsage=digitalSignature")

        key = ("-in", "application.key")
        self.openssl("rsa", *key, "-traditional", "-out", "pkcs1.key")
        self.write("passphrase", PASSPHRASE + "\n")
        protected = ("-v2", "aes-256-cbc", "-passout", "file:passphrase")
        self.openssl("pkcs8", "-topk8", *key, *protected, "-out", "encrypted.key")
        self.openssl(
            *("pkcs12", "-export", "-inkey", "application.key", "-in", "application.pem"),
            *("-passout", "file:passphrase", "-out", "application.pfx"),
        )
        self.write("both.pem", self.read("application.key") + self.read("application.pem"))
        self.write("chain.pem", self.read("application.pem") + self.read("ca.pem"))
        certificate = ("-in", "application.pem", "-noout")
        fingerprint = self.openssl("x509", *certificate, "-fingerprint", "-sha1")
        # AB:CD:…, as the portal shows it
        self.thumbprint = fingerprint.partition("=")[2].strip()

    def key(self, name):
        size = ("-pkeyopt", "rsa_keygen_bits:2048")
        self.openssl("genpkey", "-algorithm", "RSA", *size, "-out", f"{name}.key")

    def issue(self, name, extension):
        self.key(name)
        request = ("-key", f"{name}.key", "-subj", f"/CN=interop {name}", "-out", f"{name}.csr")
        self.openssl("req", "-config", "openssl.cnf", "-new", *request)
        self.write(f"{name}.ext", extension + "\n")
        authority = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
        files = ("-in", f"{name}.csr", "-extfile", f"{name}.ext", "-out", f"{name}.pem")
        self.openssl("x509", "-req", *authority, *files, "-days", DAYS)

    def openssl(self, *arguments):
        command = ["openssl", *arguments]
        run = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=60)
        if run.returncode:
            raise RuntimeError(f"{' '.join(command)}:\n{run.stderr}")
        return run.stdout

    def path(self, name):
        return self.folder / name

    def read(self, name):
        return self.path(name).read_text()

    def write(self, name, text):
        self.path(name).write_text(text)
