//! What the options that commands share ask for.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::console::{Console, Voice};
use crate::error::Error;
use crate::http::Network;
use crate::notice::Notice;
use crate::parameters::{Flags, Parameters};

/// What the options that commands share say.
#[derive(Clone, Debug, Default)]
pub(super) struct Setup {
    pub(super) parameters: Option<PathBuf>,
    pub(super) flags: Flags,
    pub(super) max_time: Option<Duration>,
    pub(super) retry_max_time: Option<Duration>,
    pub(super) voice: Voice,
}

impl Setup {
    /// The parameters file: the one named, else the variable's.
    pub(super) fn file(&self) -> Option<PathBuf> {
        let named = std::env::var_os("MGD_PARAMETERS").filter(|value| !value.is_empty());
        self.parameters.clone().or(named.map(PathBuf::from))
    }

    /// The parameters, checked.
    pub(super) fn parameters(&self) -> Result<Parameters, Error> {
        let lookup = |name: &str| std::env::var_os(name);
        Parameters::gather(&self.flags, self.file().as_deref(), &lookup)
    }

    /// A network whose notices the console hears.
    pub(super) fn network(&self, console: &Console) -> Network {
        let console = console.clone();
        self.network_heard(move |notice| console.hear(notice))
    }

    /// A network whose notices `listener` hears.
    pub(super) fn network_heard(
        &self,
        listener: impl Fn(&Notice<'_>) + Send + Sync + 'static,
    ) -> Network {
        let mut network = Network::default().with_listener(listener);
        if let Some(time) = self.max_time {
            network = network.with_max_time(time);
        }
        if let Some(time) = self.retry_max_time {
            network = network.with_retry_max_time(time);
        }
        network
    }
}
