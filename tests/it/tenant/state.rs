//! What a running tenant knows, and what its threads share.

use std::collections::HashMap;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::assertion::Ids;
use super::changes::Changes;
use super::drive::Drive;
use super::manners::Throttles;
use super::registered::Registered;
use super::script::Script;
use super::seen::Seen;
use super::token::Token;

/// Everything an answer depends on and leaves behind.
pub(super) struct State {
    pub(super) origin: String,
    pub(super) users: usize,
    pub(super) changes: Changes,
    pub(super) settings: Settings,
    pub(super) certificates: Vec<Registered>,
    pub(super) assertions: Ids,
    pub(super) tokens: HashMap<String, Token>,
    pub(super) seen: Vec<Seen>,
    pub(super) script: Script,
    pub(super) throttles: Throttles,
    /// The replies to requests in batches.
    pub(super) parts: Script,
    pub(super) carried_out: Vec<Seen>,
    pub(super) violations: Vec<String>,
    pub(super) drive: Drive,
}

/// What a test can turn.
pub(super) struct Settings {
    pub(super) token_lifetime: u64,
    pub(super) refresh_in: Option<u64>,
    pub(super) page_size: usize,
    pub(super) link_after_value: bool,
}

impl State {
    pub(super) fn new(origin: String, users: usize) -> Self {
        Self {
            origin,
            users,
            changes: Changes::default(),
            settings: Settings {
                token_lifetime: 3599,
                refresh_in: None,
                page_size: 100,
                link_after_value: false,
            },
            certificates: Vec::new(),
            assertions: Ids::default(),
            tokens: HashMap::new(),
            seen: Vec::new(),
            script: Script::default(),
            throttles: Throttles::default(),
            parts: Script::default(),
            carried_out: Vec::new(),
            violations: Vec::new(),
            drive: Drive::default(),
        }
    }
}

/// The state and the connections, for all threads.
pub(super) struct Shared {
    state: Mutex<State>,
    live: Mutex<Live>,
    changed: Condvar,
}

#[derive(Default)]
pub(super) struct Live {
    pub(super) stopping: bool,
    pub(super) accepted: usize,
    pub(super) failed_handshakes: usize,
    open: HashMap<usize, Weak<TcpStream>>,
}

impl Shared {
    pub(super) fn new(state: State) -> Self {
        Self {
            state: Mutex::new(state),
            live: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Numbers a new connection, unless the tenant is stopping.
    pub(super) fn enter(&self, tcp: &Arc<TcpStream>) -> Option<usize> {
        let mut live = self.live();
        if live.stopping {
            return None;
        }
        live.accepted += 1;
        let number = live.accepted;
        live.open.insert(number, Arc::downgrade(tcp));
        Some(number)
    }

    /// Forgets a connection that has ended.
    pub(super) fn leave(&self, number: usize) {
        self.live().open.remove(&number);
        self.changed.notify_all();
    }

    /// Waits, but no longer than the tenant runs.
    pub(super) fn pause(&self, wait: Duration) {
        if !wait.is_zero() {
            let paused = self
                .changed
                .wait_timeout_while(self.live(), wait, |live| !live.stopping);
            drop(paused);
        }
    }

    /// Ends all pauses and connections, and gives their threads a moment to notice.
    pub(super) fn stop(&self) {
        let mut live = self.live();
        live.stopping = true;
        for tcp in live.open.values().filter_map(Weak::upgrade) {
            let _ = tcp.shutdown(Shutdown::Both);
        }
        self.changed.notify_all();
        let patience = Duration::from_secs(1);
        let gone = self
            .changed
            .wait_timeout_while(live, patience, |live| !live.open.is_empty());
        drop(gone);
    }
}
