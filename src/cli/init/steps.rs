//! What comes after the parameters file, with the ids filled in.

use std::path::Path;

use crate::error::quoted;
use crate::parameters::{Draft, Proof};

/// The steps to the first listing, numbered.
pub(crate) fn next(draft: &Draft, proof: &Proof, path: &Path) -> String {
    let mut steps = Vec::new();
    if let Proof::CertificateFile(file) = proof {
        steps.push(certificate(file));
    }
    match (&draft.consent, &draft.client_id) {
        (Some(consent), Some(id)) => {
            steps.push(format!(
                "Add the permission: entra.microsoft.com, App registrations, application\n   \
                 {id}, API permissions, Microsoft Graph,\n   \
                 Application permissions (not delegated ones), User.Read.All"
            ));
            steps.push(format!("Have an administrator consent:\n   {consent}"));
        }
        _ => steps.push(
            "Have an administrator give the identity the permission User.Read.All, by an app\n   \
             role assignment: POST servicePrincipals/ID/appRoleAssignments"
                .to_owned(),
        ),
    }
    let path = path.to_string_lossy();
    let is_operand = path.ends_with(".json") || path.contains('/');
    let option = if is_operand { "" } else { "-p " };
    steps.push(format!(
        "See whether all is right:\n   mgd {option}{} check",
        word(&path)
    ));
    let steps = steps.iter().enumerate();
    let steps = steps.map(|(at, step)| format!("{}. {step}\n", at + 1));
    format!("Next:\n{}", steps.collect::<String>())
}

fn certificate(file: &Path) -> String {
    let is_there = file.exists();
    let (pem, public) = (
        word(&file.to_string_lossy()),
        word(&file.with_extension("crt").to_string_lossy()),
    );
    let extract = format!("openssl x509 -in {pem} -out {public}");
    let place = "Certificates & secrets, Certificates";
    if is_there {
        return format!("Upload the certificate, without its key, under {place}:\n   {extract}");
    }
    format!(
        "Make a key and a certificate, and upload {public} under {place}:\n   \
         openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=mgd \\\n     \
         -keyout {pem} -out {pem}\n   {extract}"
    )
}

/// As a shell reads it.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        quoted(text)
    }
}
