//! What can be checked on this machine alone: parameters, files, credential, cache.

use std::os::unix::fs::PermissionsExt as _;
use std::time::SystemTime;

use crate::cli::check::report::Report;
use crate::cli::exit::Failure;
use crate::cli::setup::Setup;
use crate::error::Error;
use crate::fs::is_exposure;
use crate::http::{Network, roots_of_strangers};
use crate::parameters::Parameters;
use crate::time::date_and_time;

/// The parameters, if they can be used.
pub(crate) fn parameters(
    setup: &Setup,
    report: &mut Report,
) -> Result<Option<Parameters>, Failure> {
    match setup.parameters() {
        Ok(parameters) => {
            let id = parameters.client_id();
            let authority = parameters.authority();
            let text = if authority.is_managed() {
                format!("managed identity {id}")
            } else {
                format!("application {id} at {}", authority.text())
            };
            report.pass("parameters", &text)?;
            files(setup, parameters, report)
        }
        Err(error) => {
            refused(setup, error, report)?;
            Ok(None)
        }
    }
}

/// All that is wrong, a line each: who mends one thing after another needs a run for each.
fn refused(setup: &Setup, first: Error, report: &mut Report) -> Result<(), Failure> {
    let mut faults = setup.faults();
    if faults.is_empty() {
        faults.push(first);
    }
    let mut is_seen = [false; 2];
    for fault in &faults {
        let of_files = is_exposure(fault);
        is_seen[usize::from(of_files)] = true;
        let check = if of_files { "files" } else { "parameters" };
        report.fail(check, fault)?;
    }
    match is_seen {
        [false, _] => report.skip(&["parameters"], "first the file must be safe"),
        [_, false] => report.skip(&["files"], "first the parameters must be right"),
        _ => Ok(()),
    }
}

/// The files; whoever reads parameters has checked them, and those that the parameters name. What is
/// left is who vouches for servers.
fn files(
    setup: &Setup,
    parameters: Parameters,
    report: &mut Report,
) -> Result<Option<Parameters>, Failure> {
    match roots_of_strangers(&parameters.network(Network::default())) {
        Err(error) if is_exposure(&error) => {
            report.fail("files", &error)?;
            return Ok(None);
        }
        Ok(strangers) if !strangers.is_empty() => {
            let text = strangers.join(", ");
            let hint = "that user decides which servers are trusted; a copy of your own is safer";
            report.warn("files", &text, hint)?;
        }
        // Whatever else is wrong with them is seen with TLS.
        _ => report.pass("files", &named(setup))?,
    }
    Ok(Some(parameters))
}

/// The files that the command line names.
fn named(setup: &Setup) -> String {
    let named = [
        setup.file(),
        setup.flags.secret_file.clone(),
        setup.flags.certificate_file.clone(),
    ];
    let shown = named.into_iter().flatten().filter_map(|path| {
        let mode = std::fs::metadata(&path).ok()?.permissions().mode() & 0o7777;
        Some(format!("{} (mode {mode:04o})", path.display()))
    });
    match shown.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "no file is named, the variables are used".to_owned(),
        shown => format!("nobody else can read what is secret or change it: {shown}"),
    }
}

/// Which credential it is, and whether its certificate is good today.
pub(crate) fn credential(parameters: &Parameters, report: &mut Report) -> Result<(), Failure> {
    let now = SystemTime::now();
    let choice = parameters.choice();
    let choice = choice.strip_prefix("identity: ").unwrap_or(choice);
    let credential = parameters.credential();
    let validity = credential.validity();
    match (validity, credential.warning(now)) {
        (Some(dates), Some(warning)) if now > dates.not_after || now < dates.not_before => {
            let error = Error::parameters(format!("{choice}: {warning}"));
            let hint = if now > dates.not_after {
                "upload a new certificate to the application, and use it here"
            } else {
                "set this machine's clock (date -u), or wait"
            };
            report.fail("credential", &error.hint(hint))
        }
        (_, Some(warning)) => report.warn("credential", &format!("{choice}: {warning}"), ""),
        (Some(dates), None) => {
            let end = date_and_time(dates.not_after);
            report.pass("credential", &format!("{choice}, valid until {end} UTC"))
        }
        (None, None) => report.pass("credential", choice),
    }
}

/// The token cache; one that cannot be used costs a request a run, never the work.
pub(crate) fn cache(parameters: &Parameters, report: &mut Report) -> Result<(), Failure> {
    match parameters.token_cache().inspect() {
        Ok(text) => report.pass("cache", &text),
        Err(error) => {
            let hint = error.report().hint.as_deref().unwrap_or_default();
            report.warn("cache", &error.report().message, hint)
        }
    }
}
