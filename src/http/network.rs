//! How a caller wants the network to be used.

use std::path::PathBuf;
use std::time::Duration;

use crate::log::{Listener, Notice};
use crate::redact::Redactor;
use crate::secret::Secret;

/// How the network is used: bounds, proxy, roots.
#[derive(Clone, Debug)]
pub struct Network {
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) proxy: Option<Secret>,
    pub(crate) max_time: Option<Duration>,
    pub(crate) retry_max_time: Duration,
    pub(crate) listener: Listener,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            ca_file: None,
            proxy: None,
            max_time: None,
            retry_max_time: Duration::from_secs(600),
            listener: Listener::default(),
        }
    }
}

impl Network {
    /// Trusts the certificates of this PEM file and no others.
    #[must_use]
    pub fn with_ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(path.into());
        self
    }

    /// Goes through this proxy (`http://` or `https://`) instead of the one that the variables
    /// name; `no_proxy` counts all the same.
    #[must_use]
    pub fn with_proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(Secret::new(url));
        self
    }

    /// Bounds everything together: when the time is up, the work ends. No bound by default.
    #[must_use]
    pub fn with_max_time(mut self, time: Duration) -> Self {
        self.max_time = Some(time);
        self
    }

    /// Bounds the tries for one request, 600 s by default; each whole page renews it.
    #[must_use]
    pub fn with_retry_max_time(mut self, time: Duration) -> Self {
        self.retry_max_time = time;
        self
    }

    pub(crate) fn note(&self, text: &str) {
        self.listener.note(|| text.to_owned());
    }

    /// Tells `listener` what is being done, without secrets.
    #[must_use]
    pub fn with_listener(mut self, listener: impl Fn(&Notice<'_>) + Send + Sync + 'static) -> Self {
        self.listener.listen(listener);
        self
    }

    /// Tells the listener of waits and warnings only.
    #[must_use]
    pub fn with_brief_notices(mut self) -> Self {
        self.listener.set_brief();
        self
    }

    /// Adds each secret to this redactor before it is sent, so that the caller can take secrets
    /// out of other text too.
    #[must_use]
    pub fn with_redactor(mut self, redactor: Redactor) -> Self {
        self.listener.set_redactor(redactor);
        self
    }
}
