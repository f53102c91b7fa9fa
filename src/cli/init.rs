//! `mgd init`: writes a parameters file, and says what comes next.

mod ask;
mod steps;

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::args::commands::Init;
use crate::cli::console::Console;
use crate::cli::exit::Failure;
use crate::cli::init::ask::Terminal;
use crate::cli::setup::Setup;
use crate::cli::sink::Sink;
use crate::error::Error;
use crate::fs::{cause, create_own, shown};
use crate::parameters::{Auth, Flags, Proof, draft, is_guid};

pub(crate) fn run(args: &Init, setup: &Setup) -> Result<(), Failure> {
    let named = args.file.clone().or_else(|| setup.file());
    let path = named.unwrap_or_else(|| PathBuf::from("parameters.json"));
    if path.symlink_metadata().is_ok() {
        return Err(exists(&path).into());
    }
    let mut flags = setup.flags.clone();
    let is_named = flags.secret_file.is_some() || args.token_file.is_some();
    if !is_named && matches!(flags.auth, None | Some(Auth::Certificate)) {
        let variable = std::env::var_os("AZURE_CLIENT_CERTIFICATE_PATH");
        let variable = variable.filter(|value| !value.is_empty());
        flags.certificate_file = flags.certificate_file.or(variable.map(PathBuf::from));
    }
    let auth = given(args, &flags)?;
    let proof = match Terminal::find() {
        Some(terminal) => ask(args, &mut flags, auth, &terminal)?,
        None => {
            let missing = missing(args, &flags, auth);
            if !missing.is_empty() {
                let error = format!("init: no terminal to ask on, and {missing} not given");
                let hint = "as in mgd init --tenant ID --client-id ID --secret-file FILE";
                return Err(Error::parameters(error).hint(hint).into());
            }
            let proof = auth.and_then(|auth| proof(args, &flags, auth));
            proof.ok_or_else(|| Error::parameters("init: no credential is given"))?
        }
    };
    let draft = draft(&flags, &proof, &path)?;
    create_own(&path, draft.bytes()).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(&path),
        _ => Error::local(format!("{}: not written: {}", shown(&path), cause(&error))),
    })?;
    let name = shown(&path);
    Console::new(setup.log).note(&format!("{name} written, for its owner alone (mode 0600)"));
    let mut stdout = Sink::stdout()?;
    stdout.write(steps::next(&draft, &proof, &path).as_bytes())?;
    stdout.finish()
}

fn exists(path: &Path) -> Error {
    Error::parameters(format!(
        "{}: exists already; nothing was changed",
        shown(path)
    ))
    .hint("name another file: mgd init FILE.json; mgd FILE.json check looks at one that exists")
}

/// The kind of credential that the options name.
fn given(args: &Init, flags: &Flags) -> Result<Option<Auth>, Error> {
    let files = [
        (Auth::Secret, &flags.secret_file),
        (Auth::Certificate, &flags.certificate_file),
        (Auth::Federated, &args.token_file),
    ];
    let files = files.into_iter().filter(|(_, file)| file.is_some());
    let mut kinds: Vec<_> = flags.auth.into_iter().collect();
    kinds.extend(files.map(|(auth, _)| auth));
    kinds.dedup();
    match kinds[..] {
        [Auth::GitHub] => Err(Error::parameters("--auth github: stands in no file")
            .hint("give it to the command itself: mgd get users --auth github")),
        [one, other, ..] => Err(Error::parameters(format!(
            "a {} and a {} stand together",
            one.name(),
            other.name()
        ))
        .hint("one credential is enough")),
        [one] => Ok(Some(one)),
        [] => Ok(None),
    }
}

/// The credential, where a file or the machine is one.
fn proof(args: &Init, flags: &Flags, auth: Auth) -> Option<Proof> {
    match auth {
        Auth::Secret => flags.secret_file.clone().map(Proof::SecretFile),
        Auth::Certificate => flags.certificate_file.clone().map(Proof::CertificateFile),
        Auth::Federated => args.token_file.clone().map(Proof::TokenFile),
        Auth::ManagedIdentity => Some(Proof::ManagedIdentity),
        Auth::GitHub => None,
    }
}

/// Which of tenant and client id are given neither by option nor by variable.
fn unknown(flags: &Flags) -> [bool; 2] {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let tenant = flags.tenant.is_some() || flags.authority.is_some();
    [
        !tenant && !is_set("AZURE_TENANT_ID"),
        flags.client_id.is_none() && !is_set("AZURE_CLIENT_ID"),
    ]
}

fn missing(args: &Init, flags: &Flags, auth: Option<Auth>) -> String {
    let [tenant, client_id] = match auth {
        Some(Auth::ManagedIdentity) => [false; 2],
        _ => unknown(flags),
    };
    let credential = match auth {
        None => "one of --secret-file, --certificate-file, --token-file, --auth managed-identity",
        Some(auth) if proof(args, flags, auth).is_some() => "",
        Some(Auth::Certificate) => "--certificate-file",
        Some(Auth::Federated) => "--token-file",
        Some(_) => "--secret-file",
    };
    let tenant = if tenant { "--tenant" } else { "" };
    let client_id = if client_id { "--client-id" } else { "" };
    let names = [tenant, client_id, credential].into_iter();
    let names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
    names.join(", ")
}

/// Asks for what the options do not say.
fn ask(
    args: &Init,
    flags: &mut Flags,
    auth: Option<Auth>,
    terminal: &Terminal,
) -> Result<Proof, Failure> {
    let auth = match auth {
        Some(auth) => auth,
        None => terminal.kind()?,
    };
    if auth != Auth::ManagedIdentity {
        let [needs_tenant, needs_client_id] = unknown(flags);
        if needs_tenant {
            let objection = |answer: &str| match is_guid(answer) || answer.contains('.') {
                true => None,
                false => Some("neither a guid nor a domain"),
            };
            let question = "Directory (tenant) ID, or a domain of it";
            flags.tenant = Some(terminal.line(question, "", objection)?);
        }
        if needs_client_id {
            let objection = |answer: &str| match is_guid(answer) {
                true => None,
                false => Some("not a guid"),
            };
            flags.client_id = Some(terminal.line("Application (client) ID", "", objection)?);
        }
    }
    if let Some(proof) = proof(args, flags, auth) {
        return Ok(proof);
    }
    let file = |question, default| {
        let objection = |answer: &str| answer.is_empty().then_some("name a file");
        terminal
            .line(question, default, objection)
            .map(PathBuf::from)
    };
    Ok(match auth {
        Auth::Certificate => {
            Proof::CertificateFile(file("PEM file with certificate and key", "mgd.pem")?)
        }
        Auth::Federated => Proof::TokenFile(file("File with the federated token", "")?),
        _ => Proof::Secret(terminal.secret("Value of the client secret (not shown)")?),
    })
}
