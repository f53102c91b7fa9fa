"""Proves that mgd sends what MSAL Python sends for the same parameters: the token request with a
secret, and the assertion of a certificate, which PyJWT verifies as well.

Known differences, taken out before comparing:
- MSAL sends `client_info=1`, which asks for something that applications do not get, and headers of
  telemetry (TELEMETRY below);
- MSAL's times are fractions, and it has no `nbf`;
- MSAL leaves the padding at the end of `x5t` and `x5t#S256`, and line ends within `x5c`; RFC 7515
  has neither.
"""

import json
from urllib.parse import parse_qsl

import jwt
import msal
from cryptography import x509

from checks import same
from keys import PASSPHRASE
from login import ADFS, AUTHORITY, GRAPH

CLIENT = "a94c27e0-15bd-4e6f-93d8-7b0f5c21e6da"
SECRET = "s3cr&t +/=%é~\"'"
SCOPE = f"{GRAPH}/.default"
CHALLENGE = '{"access_token":{"nbf":{"essential":true,"value":"1795327226"}}}'
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

TELEMETRY = {
    "x-client-current-telemetry",
    "x-client-last-telemetry",
    "x-client-os",
    "x-client-sku",
    "x-client-ver",
    "x-ms-lib-capability",
}
# Each HTTP library has its own.
TRANSPORT = {"accept-encoding", "connection", "content-length", "user-agent", "client-request-id"}


class Request:
    def __init__(self, program, login, keys):
        self.program = program
        self.login = login
        self.keys = keys

    def checks(self, tally):
        tally.check("token request with a secret: mgd as MSAL", self.secret, [SCOPE])
        scopes = ["https://vault.azure.net/.default", "https://a.example/.default"]
        tally.check("token request for two scopes: mgd as MSAL", self.secret, scopes)
        tally.check("token request with claims: mgd as MSAL", self.claims)

        key = {"private_key": self.keys.read("application.key")}
        thumbprint = {"thumbprint": self.keys.thumbprint.replace(":", "")}
        leaf = {"public_certificate": self.keys.read("application.pem")}
        chain = {"public_certificate": self.keys.read("chain.pem")}
        pfx = {
            "private_key_pfx_path": str(self.keys.path("application.pfx")),
            "passphrase": PASSPHRASE,
        }
        certificate = {
            "certificate_file": str(self.keys.path("application.pem")),
            "private_key_file": str(self.keys.path("application.key")),
        }
        with_chain = {
            **certificate,
            "certificate_file": str(self.keys.path("chain.pem")),
            "send_certificate_chain": True,
        }
        with_leaf = {**certificate, "send_certificate_chain": True}
        sample = {
            "thumbprint": self.keys.thumbprint,
            "private_key_file": str(self.keys.path("application.key")),
        }
        adfs = {"authority": None, "oidc_authority": ADFS}
        for alg, names, mgd, of_msal in [
            ("PS256", "x5t#S256", certificate, pfx),
            ("PS256", "x5t#S256 x5c", with_leaf, key | leaf),
            ("PS256", "x5t#S256 x5c", with_leaf, pfx | {"public_certificate": True}),
            ("RS256", "x5t", sample, key | thumbprint),
            ("RS256", "x5t", sample | adfs, key | thumbprint),
            ("RS256", "x5t", certificate | adfs, pfx),
            ("RS256", "x5t x5c", with_leaf | adfs, key | thumbprint | leaf),
            ("RS256", "x5t x5c", with_chain | adfs, key | thumbprint | chain),
        ]:
            place = "AD FS" if "oidc_authority" in mgd else "Entra"
            credential = ", ".join(of_msal)
            name = f"assertion {alg} {names} for {place}: mgd as MSAL ({credential}), PyJWT agrees"
            tally.check(name, self.assertion, alg, names.split(), mgd, of_msal)

        for form, given in {
            "PKCS#1": {"private_key_file": "pkcs1.key", "certificate_file": "application.pem"},
            "one PEM": {"certificate_file": "both.pem"},
            "encrypted PKCS#8": {
                "private_key_file": "encrypted.key",
                "certificate_file": "application.pem",
                "private_key_passphrase_file": "passphrase",
            },
        }.items():
            given = {name: str(self.keys.path(file)) for name, file in given.items()}
            tally.check(f"PyJWT verifies the assertion of a key in {form}", self.signed, given)

    def secret(self, scopes):
        mgd = self.sent_by_mgd({"secret": SECRET, "scope": scopes})
        of_msal = self.sent_by_msal(SECRET, scopes)
        self.compare(mgd, of_msal)
        same("fields", fields(of_msal), fields(mgd))

    def claims(self):
        self.login.challenge = CHALLENGE
        mgd = self.sent_by_mgd({"secret": SECRET}, times=2)
        of_msal = self.sent_by_msal(SECRET, claims_challenge=CHALLENGE)
        self.compare(mgd, of_msal)
        mine, theirs = fields(mgd), fields(of_msal)
        same("claims", json.loads(theirs.pop("claims")), json.loads(mine.pop("claims")))
        same("fields", theirs, mine)

    def assertion(self, alg, names, parameters, credential):
        authority = ADFS if "oidc_authority" in parameters else AUTHORITY
        mgd = self.sent_by_mgd(parameters)
        of_msal = self.sent_by_msal(credential, authority=authority)
        self.compare(mgd, of_msal)
        mine, theirs = fields(mgd), fields(of_msal)
        mine_decoded = self.verified(mine.pop("client_assertion"), alg, mgd.url)
        theirs_decoded = normalised(self.verified(theirs.pop("client_assertion"), alg, mgd.url))
        same("fields beside the assertion", theirs, mine)
        same("header's members", sorted(["alg", "typ", *names]), sorted(mine_decoded["header"]))
        times(mine_decoded["claims"])
        same("assertion", theirs_decoded, without_times(mine_decoded))

    def signed(self, parameters):
        given = []
        for _ in range(2):
            sent = self.sent_by_mgd(parameters)
            decoded = self.verified(fields(sent)["client_assertion"], "PS256", sent.url)
            given.append(decoded["claims"]["jti"])
        same("assertions with a jti of their own", 2, len(set(given)))

    def compare(self, mgd, of_msal):
        """What holds for each pair of requests, whatever the credential."""
        same("token endpoint", of_msal.url, mgd.url)
        theirs = {name for name in of_msal.headers if name not in TELEMETRY | TRANSPORT}
        mine = {name for name in mgd.headers if name not in TRANSPORT}
        same("names of headers", sorted(theirs), sorted(mine))
        for name in theirs:
            same(f"header {name}", of_msal.headers[name], mgd.headers[name])

    def verified(self, assertion, alg, audience):
        """Header and claims, once PyJWT has found the signature and the claims good."""
        certificate = x509.load_pem_x509_certificate(self.keys.read("application.pem").encode())
        stranger = x509.load_pem_x509_certificate(self.keys.read("stranger.pem").encode())
        terms = {
            "algorithms": [alg],
            "audience": audience,
            "issuer": CLIENT,
            "options": {"require": ["aud", "exp", "iat", "iss", "jti", "sub"]},
        }
        claims = jwt.decode(assertion, certificate.public_key(), **terms)
        try:
            jwt.decode(assertion, stranger.public_key(), **terms)
        except jwt.InvalidSignatureError:
            return {"header": jwt.get_unverified_header(assertion), "claims": claims}
        raise AssertionError("PyJWT takes a stranger's key")

    def sent_by_mgd(self, parameters, times=1):
        """The last of the token requests of one run."""
        before = len(self.login.posts())
        self.program.users({
            "authority": AUTHORITY,
            "client_id": CLIENT,
            "scope": [SCOPE],
            "endpoint": f"{GRAPH}/v1.0/users",
            "token_cache": "none",
            "proxy": self.login.proxy,
            "ca_file": self.login.ca_file,
            **parameters,
        })
        same("mgd's token requests", times, len(self.login.posts()) - before)
        return self.login.posts()[-1]

    def sent_by_msal(self, credential, scopes=(SCOPE,), authority=AUTHORITY, **terms):
        before = len(self.login.posts())
        application = msal.ConfidentialClientApplication(
            CLIENT,
            client_credential=credential,
            authority=authority,
            proxies={"https": self.login.proxy},
            verify=self.login.ca_file,
        )
        application.acquire_token_for_client(list(scopes), **terms)
        same("MSAL's token requests", 1, len(self.login.posts()) - before)
        return self.login.posts()[-1]


def fields(sent):
    """The form's fields, without MSAL's own."""
    pairs = parse_qsl(sent.body, keep_blank_values=True, strict_parsing=True)
    pairs = [pair for pair in pairs if pair != ("client_info", "1")]
    same("each field stands once", len(pairs), len(dict(pairs)))
    if "client_assertion" in dict(pairs):
        same("assertion type", ASSERTION_TYPE, dict(pairs).get("client_assertion_type"))
    return dict(pairs)


def times(claims):
    """mgd's own promises: whole seconds, ten minutes, dated back a minute."""
    for name in ("exp", "iat", "nbf"):
        same(f"type of {name}", int, type(claims[name]))
    distances = [claims[name] - claims["iat"] for name in ("exp", "nbf")]
    same("exp and nbf, from iat", [600, -60], distances)


def without_times(decoded):
    own = ("exp", "iat", "jti", "nbf")
    claims = {name: value for name, value in decoded["claims"].items() if name not in own}
    return {"header": decoded["header"], "claims": claims}


def normalised(decoded):
    """MSAL's assertion as RFC 7515 has it."""
    header = dict(decoded["header"])
    for name in ("x5t", "x5t#S256"):
        if name in header:
            header[name] = header[name].rstrip("=")
    if "x5c" in header:
        given = header["x5c"] if isinstance(header["x5c"], list) else [header["x5c"]]
        header["x5c"] = ["".join(one.split()) for one in given]
    return without_times({**decoded, "header": header})
