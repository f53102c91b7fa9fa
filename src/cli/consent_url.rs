//! `mgd consent-url`: where an administrator consents.

use crate::cli::exit::Failure;
use crate::cli::setup::Setup;
use crate::cli::sink::Sink;
use crate::parameters;

pub(crate) fn run(setup: &Setup) -> Result<(), Failure> {
    let lookup = |name: &str| std::env::var_os(name);
    let url = parameters::consent_url(&setup.flags, setup.file().as_deref(), &lookup)?;
    let mut stdout = Sink::stdout()?;
    stdout.write(format!("{url}\n").as_bytes())?;
    stdout.finish()
}
