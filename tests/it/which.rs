//! Which credential is taken where there are several: flags before the file, the file before the
//! variables, and among those the order of Microsoft's libraries.

mod owners;
mod picked;

use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::federated::{JWT, grant};
use crate::support::{Command, Mgd, Run, Scratch, lines, tool};
use crate::tenant::{CLIENT_ID, Reply, SECRET, TENANT_ID, Tenant};

const POD: &str = "AZURE_POD_IDENTITY_AUTHORITY_HOST";

/// Writes a certificate and its key into one file, where there is an openssl.
pub fn write_certificate(mgd: &Mgd, name: &str) -> Option<()> {
    static PEM: OnceLock<Option<String>> = OnceLock::new();
    let pem = PEM.get_or_init(make_certificate).as_ref()?;
    mgd.scratch.write(name, pem, 0o600);
    Some(())
}

fn make_certificate() -> Option<String> {
    let openssl = tool("openssl")?;
    let scratch = Scratch::new();
    let mut command = Command::new(openssl);
    command.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes"]);
    command.args(["-days", "365", "-subj", "/CN=test", "-keyout"]);
    command.arg(scratch.path("key")).arg("-out");
    let output = command.arg(scratch.path("certificate")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(scratch.read("certificate") + &scratch.read("key"))
}

/// A tenant, the metadata service of a machine, and the program with every credential at hand:
/// `secret`, `certificate` and `token` are files, and the parameters file names none of them.
struct Bench {
    tenant: Tenant,
    machine: Tenant,
    mgd: Mgd,
}

impl Bench {
    /// `None` where there is no openssl.
    fn new() -> Option<Self> {
        let (tenant, machine) = (Tenant::start(), Tenant::start_plain());
        let mgd = Mgd::new(&tenant).env(POD, machine.origin());
        mgd.edit(|parameters| {
            parameters["secret"] = Value::Null;
            parameters["token_cache"] = "none".into();
        });
        mgd.scratch.write("secret", SECRET, 0o600);
        mgd.scratch.write("token", JWT, 0o600);
        write_certificate(&mgd, "certificate")?;
        Some(Self {
            tenant,
            machine,
            mgd,
        })
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.mgd = self.mgd.env(name, value);
        self
    }

    /// Names the credentials of these kinds in the file, and no others.
    fn name_in_file(&self, kinds: &[&str]) {
        self.mgd.edit(|parameters| {
            for (kind, key, value) in [
                ("secret", "secret", json!(SECRET)),
                ("certificate", "certificate_file", json!("certificate")),
                ("federated", "federated_token_file", json!("token")),
                ("managed-identity", "managed_identity", json!(true)),
            ] {
                let is_named = kinds.contains(&kind);
                parameters[key] = if is_named { value } else { Value::Null };
            }
        });
    }

    /// The variables of this application, which name the credentials of these kinds.
    fn with_variables(self, kinds: &[&str]) -> Self {
        let origin = self.tenant.origin();
        let mut bench = self
            .with("AZURE_AUTHORITY_HOST", &origin)
            .with("AZURE_TENANT_ID", TENANT_ID)
            .with("AZURE_CLIENT_ID", CLIENT_ID);
        for (kind, name, value) in [
            ("secret", "AZURE_CLIENT_SECRET", SECRET),
            (
                "certificate",
                "AZURE_CLIENT_CERTIFICATE_PATH",
                "certificate",
            ),
            ("federated", "AZURE_FEDERATED_TOKEN_FILE", "token"),
        ] {
            let is_named = kinds.contains(&kind);
            bench = bench.with(name, if is_named { value } else { "" });
        }
        bench
    }

    /// Runs with the file.
    fn list(&self, arguments: &[&str]) -> Run {
        self.run(&[&["parameters.json", "get", "users"], arguments].concat())
    }

    /// Runs without a file.
    fn get(&self, arguments: &[&str]) -> Run {
        let origin = self.tenant.origin();
        let line = ["get", "users", "--ca-file=ca.pem", "--graph", &origin];
        self.run(&[&line[..], &["--token-cache=none"], arguments].concat())
    }

    fn run(&self, line: &[&str]) -> Run {
        for endpoint in [&self.tenant, &self.machine] {
            endpoint.clear_script();
        }
        self.tenant
            .always(&self.tenant.token_path(), grant(&self.tenant));
        let body = json!({ "access_token": self.tenant.issue_token(), "expires_in": "3599" });
        self.machine
            .always("/metadata", Reply::json(body.to_string()));
        self.mgd.run(line)
    }

    /// The kind of credential that the last run went by, as it shows on the wire.
    fn shown(&self) -> &'static str {
        let requests = self.tenant.requests();
        let last = requests.iter().rev().nth(1);
        let Some(post) = last.filter(|seen| seen.method == "POST") else {
            return "managed-identity";
        };
        let form = post.form();
        let field = |name: &str| {
            let found = form.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.as_str())
        };
        match (field("client_secret"), field("client_assertion")) {
            (Some(SECRET), None) => "secret",
            (None, Some(JWT)) => "federated",
            (None, Some(_)) => "certificate",
            _ => "none",
        }
    }

    /// The run was whole, went by this credential, and said so with its origin.
    #[track_caller]
    fn assert_went_by(&self, run: &Run, kind: &str, origin: &str) {
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(self.shown(), kind);
        let line = format!("mgd: identity: {kind} from {origin}");
        let said: Vec<_> = run
            .stderr
            .lines()
            .filter(|told| told.contains("identity: "))
            .collect();
        assert_eq!(said, [line.as_str()], "{}", run.stderr);
    }

    /// Nobody was asked anything.
    #[track_caller]
    fn assert_nothing_sent(&self) {
        for endpoint in [&self.tenant, &self.machine] {
            assert_eq!((endpoint.connections(), lines(endpoint).len()), (0, 0));
        }
    }
}

/// Whether the hardware itself says that it is Azure's, so that a run without any credential
/// would ask the real metadata service.
pub fn is_on_azure() -> bool {
    Path::new("/opt/azcmagent/bin/himds").exists()
        || std::fs::read_to_string("/sys/class/dmi/id/chassis_asset_tag")
            .is_ok_and(|tag| tag.trim() == "7783-7084-3265-9085-8269-3286-77")
}
