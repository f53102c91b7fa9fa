//! Servers with certificates of every kind.

use std::net::TcpStream;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;

use crate::faults::wire::Wire;
use crate::support::Mgd;
use crate::tenant::{CLIENT_ID, SECRET, TENANT_ID};

/// An authority that nobody knows yet.
pub struct Authority {
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            pem,
            issuer: Issuer::new(params, key),
        }
    }

    /// The server side of TLS with a certificate for `localhost`, changed before it is signed.
    pub fn server(&self, change: impl FnOnce(&mut CertificateParams)) -> Arc<ServerConfig> {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Arc::new(config)
    }
}

/// A server that takes its part of the handshake, and then waits to hear something.
pub fn serve(config: Arc<ServerConfig>) -> Wire {
    Wire::start(move |guest| {
        if let Some(mut stream) = accept(&config, guest.into_untouched()) {
            let heard = std::io::Read::read(&mut stream, &mut [0; 1024]);
            assert!(!matches!(heard, Ok(1..)), "the server was trusted");
        }
    })
}

/// The connection with TLS on it, if the other side agrees.
pub fn accept(
    config: &Arc<ServerConfig>,
    mut tcp: TcpStream,
) -> Option<StreamOwned<ServerConnection, TcpStream>> {
    let mut session = ServerConnection::new(Arc::clone(config)).ok()?;
    while session.is_handshaking() {
        session.complete_io(&mut tcp).ok()?;
    }
    Some(StreamOwned::new(session, tcp))
}

/// The program with everything on this port of localhost, and with these authorities.
pub fn client(port: u16, authorities: &str) -> Mgd {
    let origin = format!("https://localhost:{port}");
    let parameters = json!({
        "authority": format!("{origin}/{TENANT_ID}"),
        "client_id": CLIENT_ID,
        "secret": SECRET,
        "scope": [format!("{origin}/.default")],
        "endpoint": format!("{origin}/v1.0/users"),
        "ca_file": "ca.pem",
        "token_cache": "none",
    });
    let mgd = Mgd::without_files();
    mgd.scratch.write("ca.pem", authorities, 0o600);
    mgd.scratch
        .write("parameters.json", parameters.to_string(), 0o600);
    mgd
}
