//! A tenant on loopback: the token endpoint of Entra ID and a directory of Microsoft Graph over
//! HTTPS, well-behaved by itself and faulty as scripted.

#![allow(
    dead_code,
    unused_imports,
    reason = "each program that includes the tenant needs another part of it"
)]
#![allow(
    unreachable_pub,
    missing_debug_implementations,
    clippy::expect_used,
    reason = "a test's tool: its public items are public to one program, and it may panic"
)]

mod assertion;
mod batch;
mod certificate;
mod changes;
mod clock;
mod drive;
mod exchange;
mod faults;
mod files;
mod graph;
mod listen;
mod manners;
mod paging;
mod people;
mod registered;
mod reply;
mod script;
mod seen;
mod send;
mod socket;
mod state;
mod token;
mod wire;

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rustls::ServerConfig;
use serde_json::Value;

pub use self::drive::{URL_MARK, quick_xor_hash};
pub use self::reply::Reply;
pub use self::seen::Seen;
use self::state::{Shared, State};

/// The tenant's id.
pub const TENANT_ID: &str = "3f6b1d52-8c0e-4a97-b1f4-6d2e90c75a18";
/// The id of the one application the tenant knows.
pub const CLIENT_ID: &str = "a94c27e0-15bd-4e6f-93d8-7b0f5c21e6da";
/// The application's secret, full of what has to be encoded in a form.
pub const SECRET: &str = "cana&ry+s%cret= é~7Qx";

/// A running tenant; it stops when dropped.
pub struct Tenant {
    port: u16,
    origin: String,
    ca_pem: String,
    tls: Option<Arc<ServerConfig>>,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
    /// The port of the storage on another origin, where there is one.
    storage: Option<(u16, JoinHandle<()>)>,
}

impl Tenant {
    /// A tenant of three users over TLS.
    pub fn start() -> Self {
        Self::with_users(3)
    }

    /// A tenant of three users over plain HTTP.
    pub fn start_plain() -> Self {
        Self::launch(3, None, None)
    }

    /// A tenant of this many users over TLS.
    pub fn with_users(n: usize) -> Self {
        Self::launch(n, Some("localhost"), Some(certificate::issue()))
    }

    /// The same with a number for its name: where there is no /etc/hosts there is no localhost.
    pub fn by_number(n: usize) -> Self {
        Self::launch(n, Some("127.0.0.1"), Some(certificate::issue()))
    }

    /// Another one, which whoever trusts this one trusts too.
    pub fn beside(&self) -> Self {
        let tls = self.tls.clone().map(|tls| (self.ca_pem.clone(), tls));
        Self::launch(3, tls.is_some().then_some("localhost"), tls)
    }

    fn launch(
        users: usize,
        secure_name: Option<&str>,
        tls: Option<(String, Arc<ServerConfig>)>,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port on loopback");
        let port = listener.local_addr().expect("the port's number").port();
        let origin = match secure_name {
            Some(name) => format!("https://{name}:{port}"),
            None => format!("http://127.0.0.1:{port}"),
        };
        let (ca_pem, tls) = tls.unzip();
        let shared = Arc::new(Shared::new(State::new(origin.clone(), users)));
        let (for_acceptor, its_tls) = (Arc::clone(&shared), tls.clone());
        let acceptor =
            thread::spawn(move || listen::accept(&listener, &for_acceptor, its_tls.as_ref()));
        Self {
            port,
            origin,
            ca_pem: ca_pem.unwrap_or_default(),
            tls,
            shared,
            acceptor: Some(acceptor),
            storage: None,
        }
    }

    /// The same with a drive `D`, whose content lies in a storage on an origin of its own.
    pub fn with_drive() -> Self {
        let mut tenant = Self::start();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port on loopback");
        let port = listener.local_addr().expect("the port's number").port();
        tenant.shared.state().drive.storage = format!("https://127.0.0.1:{port}");
        let (shared, tls) = (Arc::clone(&tenant.shared), tenant.tls.clone());
        let acceptor = thread::spawn(move || listen::accept(&listener, &shared, tls.as_ref()));
        tenant.storage = Some((port, acceptor));
        tenant
    }

    /// Makes a file in the drive, or gives it other content; its id.
    pub fn put_file(&self, name: &str, bytes: impl Into<Vec<u8>>) -> String {
        self.shared.state().drive.put(name, bytes.into())
    }

    /// The content of a file in the drive.
    pub fn file(&self, name: &str) -> Option<Vec<u8>> {
        let state = self.shared.state();
        state.drive.find(name).map(|item| item.bytes.clone())
    }

    /// Removes a file of the drive.
    pub fn remove_file(&self, name: &str) {
        let mut state = self.shared.state();
        state.drive.items.retain(|item| item.name != name);
    }

    /// The names of the files in the drive, in the order of their making.
    pub fn file_names(&self) -> Vec<String> {
        let state = self.shared.state();
        let names = state.drive.items.iter().map(|item| item.name.clone());
        names.collect()
    }

    /// How many upload sessions are open.
    pub fn upload_sessions(&self) -> usize {
        self.shared.state().drive.sessions.len()
    }

    /// Ends all upload sessions.
    pub fn end_upload_sessions(&self) {
        self.shared.state().drive.sessions.clear();
    }

    /// Has items described without a hash from now on.
    pub fn hide_hashes(&self) {
        self.shared.state().drive.is_hashless = true;
    }

    /// The host and port of the storage.
    pub fn storage_host(&self) -> String {
        let state = self.shared.state();
        state.drive.storage.replace("https://", "")
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `https://localhost:PORT` or `https://127.0.0.1:PORT`, and `http://127.0.0.1:PORT` for a plain tenant.
    pub fn origin(&self) -> String {
        self.origin.clone()
    }

    /// The authority URL of the tenant.
    pub fn authority(&self) -> String {
        self.url(&format!("/{TENANT_ID}"))
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The path of the token endpoint.
    pub fn token_path(&self) -> String {
        format!("/{TENANT_ID}/oauth2/v2.0/token")
    }

    /// The certificate of the authority that signed the server's, in PEM; empty for a plain tenant.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The parameters of a client that will be let in.
    pub fn parameters(&self) -> Value {
        files::parameters(self)
    }

    /// Writes `ca.pem` and `parameters.json` into a directory and gives the latter's path.
    pub fn write_files(&self, dir: &Path) -> PathBuf {
        files::write(self, dir)
    }

    /// The next requests whose target starts so get these replies, each one once.
    /// Of several prefixes the longest wins.
    pub fn on(&self, path_prefix: &str, replies: impl IntoIterator<Item = Reply>) {
        self.shared.state().script.queue(path_prefix, replies);
    }

    /// Every request whose target starts so gets this reply when none is queued for it.
    pub fn always(&self, path_prefix: &str, reply: Reply) {
        self.shared.state().script.stand(path_prefix, reply);
    }

    /// The next requests in batches whose target starts so get these replies, each one once.
    pub fn on_part(&self, path_prefix: &str, replies: impl IntoIterator<Item = Reply>) {
        self.shared.state().parts.queue(path_prefix, replies);
    }

    /// Every request in a batch whose target starts so gets this reply when none is queued for it.
    pub fn always_part(&self, path_prefix: &str, reply: Reply) {
        self.shared.state().parts.stand(path_prefix, reply);
    }

    /// The requests in batches in the order in which they were carried out.
    pub fn carried_out(&self) -> Vec<Seen> {
        self.shared.state().carried_out.clone()
    }

    /// Forgets all scripted replies.
    pub fn clear_script(&self) {
        self.shared.state().script.clear();
    }

    /// How many queued replies have not been given yet.
    pub fn replies_left(&self) -> usize {
        self.shared.state().script.left()
    }

    /// All requests in order of arrival.
    pub fn requests(&self) -> Vec<Seen> {
        self.shared.state().seen.clone()
    }

    /// How many POSTs came to a token endpoint.
    pub fn token_posts(&self) -> usize {
        let state = self.shared.state();
        let posts = state.seen.iter().filter(|seen| seen.method == "POST");
        posts.filter(|seen| token::is_endpoint(seen.path())).count()
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> usize {
        self.shared.live().accepted
    }

    /// How many connections ended during the TLS handshake.
    pub fn failed_handshakes(&self) -> usize {
        self.shared.live().failed_handshakes
    }

    /// Makes a token Graph will accept, as if the token endpoint had issued it.
    pub fn issue_token(&self) -> String {
        token::issue(&mut self.shared.state())
    }

    /// Registers a certificate for the application, from then on known by its thumbprints.
    pub fn register_certificate(&self, der: &[u8]) {
        let certificate = registered::Registered::read(der.to_vec()).expect("a certificate");
        self.shared.state().certificates.push(certificate);
    }

    /// Sets `expires_in` of the tokens issued from now on.
    pub fn set_token_lifetime(&self, seconds: u64) {
        self.shared.state().settings.token_lifetime = seconds;
    }

    /// Sets `refresh_in` of the tokens issued from now on.
    pub fn set_refresh_in(&self, seconds: Option<u64>) {
        self.shared.state().settings.refresh_in = seconds;
    }

    /// Has every token issued so far refused.
    pub fn revoke_tokens(&self) {
        let mut state = self.shared.state();
        state
            .tokens
            .values_mut()
            .for_each(|token| token.revoked = true);
    }

    /// Sets the page size where `$top` does not.
    pub fn set_page_size(&self, n: usize) {
        self.shared.state().settings.page_size = n;
    }

    /// Sets whether `@odata.nextLink` stands after `value`.
    pub fn set_link_after_value(&self, yes: bool) {
        self.shared.state().settings.link_after_value = yes;
    }

    /// Notes in the listing of changes an object as it is now, or that it is gone.
    pub fn change(&self, object: &str) {
        self.shared.state().changes.note(object);
    }

    /// Forgets every place in the listing of changes, and answers those so.
    pub fn forget_places(&self, status: u16, code: &str, has_location: bool) {
        let mut state = self.shared.state();
        state.changes.forget(status, code, has_location);
    }

    /// What came that a good client never sends.
    pub fn violations(&self) -> Vec<String> {
        self.shared.state().violations.clone()
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        self.shared.stop();
        // The acceptor waits for a connection; this one shows it that the tenant has stopped.
        let woken = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let (Ok(_), Some(acceptor)) = (woken, self.acceptor.take()) {
            let _ = acceptor.join();
        }
        if let Some((port, acceptor)) = self.storage.take()
            && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        {
            let _ = acceptor.join();
        }
    }
}
