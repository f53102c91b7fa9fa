//! PFX files (PKCS#12, [RFC 7292](https://www.rfc-editor.org/rfc/rfc7292)), behind the feature
//! `pfx` because their reader weighs as much as a third of the program.

use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// What a PFX file holds, as DER.
pub(crate) struct Pfx {
    /// PKCS#8.
    pub(crate) key: Zeroizing<Vec<u8>>,
    pub(crate) certificates: Vec<Vec<u8>>,
}

impl Pfx {
    /// Opens a file; `None` when it is damaged, holds no key, or the passphrase (an empty one if
    /// none was given) is not its own.
    pub(crate) fn read(bytes: &[u8], passphrase: Option<&Secret>) -> Option<Self> {
        let passphrase = passphrase.map_or("", Secret::expose);
        let store = KeyStore::from_pkcs12(bytes, passphrase, Pkcs12ImportPolicy::Relaxed).ok()?;
        let (_, chain) = store.private_key_chain()?;
        let certificates = chain.certs().iter().map(|one| one.as_der().to_vec());
        Some(Self {
            key: Zeroizing::new(chain.key().as_der().to_vec()),
            certificates: certificates.collect(),
        })
    }
}
