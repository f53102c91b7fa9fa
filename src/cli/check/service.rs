//! The application at work: token, roles, one call of Graph.

use std::time::SystemTime;

use crate::auth::AccessToken;
use crate::cli::check::report::Report;
use crate::cli::exit::Failure;
use crate::error::Error;
use crate::graph::{Graph, Shape};

/// A new token: one from the cache says nothing of a credential that was changed since.
pub(crate) fn token(graph: &Graph, report: &mut Report) -> Result<Option<AccessToken>, Failure> {
    match graph.client().acquire_token_by_force() {
        Ok(token) => {
            let left = token.expires_on().duration_since(SystemTime::now());
            let minutes = left.unwrap_or_default().as_secs().div_ceil(60);
            report.pass("token", &format!("granted, good for {minutes} minutes"))?;
            Ok(Some(token))
        }
        Err(error) => {
            report.fail("token", &error)?;
            Ok(None)
        }
    }
}

/// The application permissions in the token.
pub(crate) fn roles(
    graph: &Graph,
    token: &AccessToken,
    report: &mut Report,
) -> Result<(), Failure> {
    match token.roles() {
        None => report.skip(&["roles"], "the token does not let itself be read"),
        Some(roles) if roles.is_empty() => {
            let consent = graph.client().consent_url();
            let hint = format!(
                "add application permissions (not delegated ones) to the registration, then have \
                 an administrator open {consent}"
            );
            let text = "none: no application permission was added, or admin consent is missing";
            report.warn("roles", text, &hint)
        }
        Some(roles) => report.pass("roles", &roles.join(", ")),
    }
}

/// The first page of what the parameters name.
pub(crate) fn call(graph: &Graph, endpoint: &str, report: &mut Report) -> Result<(), Failure> {
    let outcome = first_page(graph, endpoint);
    report.outcome("graph", &outcome).map(drop)
}

fn first_page(graph: &Graph, endpoint: &str) -> Result<String, Error> {
    let mut pages = graph.pages(endpoint)?.with_first_page_only();
    let shape = pages.shape()?;
    while pages.next_item()?.is_some() {}
    let items = pages.counts().items;
    let plural = if items == 1 { "" } else { "s" };
    let came = match shape {
        Shape::Collection if pages.has_more() => format!("{items} item{plural}, and more pages"),
        Shape::Collection => format!("{items} item{plural}"),
        _ => "one object".to_owned(),
    };
    Ok(format!("{endpoint}: {came}"))
}
