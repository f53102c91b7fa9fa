//! `mgd check`: what works and what does not, line by line, with the remedy.

mod local;
mod network;
mod report;
mod service;

use std::time::Duration;

use crate::cli::args::commands::Check;
use crate::cli::check::network::Host;
use crate::cli::check::report::Report;
use crate::cli::console::Console;
use crate::cli::exit::Failure;
use crate::cli::setup::Setup;
use crate::graph::Graph;
use crate::log::Notice;
use crate::parameters::Parameters;

/// How long a request is tried again where nothing else is said: a person waits.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn run(args: &Check, mut setup: Setup) -> Result<(), Failure> {
    setup.retry_max_time.get_or_insert(PATIENCE);
    let console = Console::new(setup.log);
    let mut report = Report::new(args.json)?;
    let result = examine(&setup, &console, &mut report);
    console.clear();
    result?;
    report.finish()
}

/// All checks, each of which needs those before it.
fn examine(setup: &Setup, console: &Console, report: &mut Report) -> Result<(), Failure> {
    const REST: [&str; 10] = [
        "credential",
        "cache",
        "proxy",
        "dns",
        "connect",
        "tls",
        "clock",
        "token",
        "roles",
        "graph",
    ];
    let Some(parameters) = local::parameters(setup, report)? else {
        return report.skip(&REST, "first the parameters must be right");
    };
    local::credential(&parameters, report)?;
    local::cache(&parameters, report)?;
    let console = console.clone();
    let network = parameters.network(setup.network_heard(move |notice| {
        // What is worth a warning has a line of its own here.
        if !matches!(notice, Notice::Warning(_)) {
            console.log(notice);
        }
    }));
    let graph = match parameters.graph(network.clone()) {
        Ok(graph) => graph,
        Err(error) => {
            report.fail("parameters", &error)?;
            return report.skip(&REST[2..], "first the parameters must be right");
        }
    };
    let mut hosts = hosts(&graph);
    network::check(&mut hosts, &network, graph.client().http(), report)?;
    let is_managed = graph.client().authority().is_managed();
    let (login, others) = hosts.split_at(if is_managed { 0 } else { 1 });
    if !login.iter().all(Host::is_reached) {
        return report.skip(
            &["token", "roles", "graph"],
            "the login host does not respond",
        );
    }
    let Some(token) = service::token(&graph, report)? else {
        return report.skip(&["roles", "graph"], "there is no token");
    };
    service::roles(&graph, &token, report)?;
    call(&graph, &parameters, others, report)
}

/// The hosts to be asked, the login host first; a managed identity has none.
fn hosts(graph: &Graph) -> Vec<Host> {
    let authority = graph.client().authority();
    let mut hosts = Vec::new();
    if !authority.is_managed() {
        hosts.push(Host::new(authority.base().clone()));
    }
    if let Ok(root) = graph.root()
        && !hosts.iter().any(|host| host.is_on(root))
    {
        hosts.push(Host::new(root.clone()));
    }
    hosts
}

fn call(
    graph: &Graph,
    parameters: &Parameters,
    others: &[Host],
    report: &mut Report,
) -> Result<(), Failure> {
    let is_reached = others.iter().all(Host::is_reached);
    match parameters.endpoint() {
        _ if !is_reached => report.skip(&["graph"], "its host does not respond"),
        Some(endpoint) => service::call(graph, endpoint, report),
        None => report.skip(&["graph"], "the parameters name no endpoint"),
    }
}
