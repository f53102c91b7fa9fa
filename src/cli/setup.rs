//! What the options that commands share ask for.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::calls::Calls;
use crate::cli::console::{Console, LogOptions, redactor};
use crate::error::Error;
use crate::graph::{Graph, Query};
use crate::http::Network;
use crate::log::Notice;
use crate::parameters::{Flags, Parameters, faults};

/// What the options that commands share say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setup {
    pub(crate) parameters: Option<PathBuf>,
    pub(crate) flags: Flags,
    pub(crate) max_time: Option<Duration>,
    pub(crate) retry_max_time: Option<Duration>,
    pub(crate) log: LogOptions,
    pub(crate) calls: Calls,
    pub(crate) query: Query,
    pub(crate) preview: Option<Preview>,
}

/// To show a request instead of sending it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Preview {
    Curl,
    DryRun,
}

impl Setup {
    /// The parameters file: the one named, else the variable's.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        let named = std::env::var_os("MGD_PARAMETERS").filter(|value| !value.is_empty());
        self.parameters.clone().or(named.map(PathBuf::from))
    }

    /// The parameters, checked.
    pub(crate) fn parameters(&self) -> Result<Parameters, Error> {
        let lookup = |name: &str| std::env::var_os(name);
        Parameters::gather(&self.flags, self.file().as_deref(), &lookup)
    }

    /// All that is wrong with the parameters.
    pub(crate) fn faults(&self) -> Vec<Error> {
        let lookup = |name: &str| std::env::var_os(name);
        faults(&self.flags, self.file().as_deref(), &lookup)
    }

    /// Graph, asked as the options for requests say.
    pub(crate) fn graph(&self, parameters: &Parameters, network: Network) -> Result<Graph, Error> {
        let mut graph = parameters.graph(network)?;
        if self.calls.is_beta {
            graph = graph.with_beta();
        }
        for (name, value) in self.calls.fields()? {
            graph = graph.with_header(&name, &value)?;
        }
        Ok(graph)
    }

    /// A network whose notices the console hears.
    pub(crate) fn network(&self, console: &Console) -> Network {
        let console = console.clone();
        self.network_heard(move |notice| console.log(notice))
    }

    /// A network whose notices `listener` hears.
    pub(crate) fn network_heard(
        &self,
        listener: impl Fn(&Notice<'_>) + Send + Sync + 'static,
    ) -> Network {
        let mut network = Network::default()
            .with_listener(listener)
            .with_redactor(redactor());
        if self.log.verbosity == 0 {
            network = network.with_brief_notices();
        }
        if let Some(time) = self.max_time {
            network = network.with_max_time(time);
        }
        if let Some(time) = self.retry_max_time {
            network = network.with_retry_max_time(time);
        }
        network
    }
}
