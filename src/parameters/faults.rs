//! All that is wrong with the parameters at once, for who mends them.

use std::path::Path;

use crate::error::Error;
use crate::parameters::credential_choice;
use crate::parameters::file::ParametersFile;
use crate::parameters::sources::{Flags, Lookup, Sources};

const CREDENTIAL: [&str; 9] = [
    "secret",
    "secret_file",
    "certificate_file",
    "private_key_file",
    "private_key_passphrase_file",
    "send_certificate_chain",
    "thumbprint",
    "federated_token_file",
    "managed_identity",
];

/// Everything that can be seen to be wrong independently of the rest; none where all is right.
/// `rest` judges what needs all of that.
pub(crate) fn all(
    flags: &Flags,
    path: Option<&Path>,
    lookup: Lookup<'_>,
    rest: &dyn Fn(&Sources<'_>) -> Result<(), Error>,
) -> Vec<Error> {
    let mut file = match path.map(ParametersFile::examine).transpose() {
        Ok(file) => file,
        Err(error) => return vec![error],
    };
    let mut faults = file
        .as_mut()
        .map_or_else(Vec::new, ParametersFile::take_faults);
    let sources = Sources {
        flags,
        file,
        lookup,
    };
    let is_right = |keys: &[&str]| {
        let file = sources.file.as_ref();
        !file.is_some_and(|file| file.is_faulty(keys))
    };
    let pick = credential_choice::pick(&sources);
    let is_managed = matches!(&pick, Ok(Some(pick)) if pick.is_managed());
    if !is_managed && is_right(&["authority", "oidc_authority"]) {
        faults.extend(sources.authority().err());
    }
    if !is_managed && is_right(&["client_id"]) {
        faults.extend(sources.client_id().err());
    }
    if is_right(&CREDENTIAL) {
        let proof = match pick {
            Ok(Some(pick)) => pick.proof(&sources).map(drop),
            Ok(None) => Err(sources.no_credential()),
            Err(error) => Err(error),
        };
        faults.extend(proof.err());
    }
    if faults.is_empty() {
        // Whether cloud, scope and endpoint belong together.
        faults.extend(rest(&sources).err());
    }
    faults
}
