//! Encrypted private keys as OpenSSL 3 writes them: PBES2 with PBKDF2-HMAC-SHA256 and AES-CBC
//! ([RFC 8018 §6.2](https://www.rfc-editor.org/rfc/rfc8018#section-6.2)).

use std::num::NonZeroU32;

use aes::cipher::block_padding::Pkcs7;
use aes::{Aes128, Aes192, Aes256};
use cbc::Decryptor;
use zeroize::Zeroizing;

use crate::auth::der::{Der, OCTET_STRING, OID};
use crate::secret::Secret;

/// Why a key stays shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    Unsupported,
    WrongPassphrase,
}

const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
const HMAC_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09];
/// The AES algorithms of NIST; what follows tells key length and mode.
const AES: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01];

/// A bound on the work that a file can ask for: some seconds.
const MAX_ITERATIONS: u64 = 10_000_000;

#[derive(Debug)]
struct Scheme<'d> {
    salt: &'d [u8],
    iterations: NonZeroU32,
    key_length: usize,
    iv: &'d [u8],
    data: &'d [u8],
}

/// The PKCS#8 inside an `EncryptedPrivateKeyInfo`.
pub(super) fn decrypt(der: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    let scheme = Scheme::read(der).ok_or(Flaw::Unsupported)?;
    let mut key = Zeroizing::new(vec![0; scheme.key_length]);
    ring::pbkdf2::derive(
        ring::pbkdf2::PBKDF2_HMAC_SHA256,
        scheme.iterations,
        scheme.salt,
        passphrase.expose().as_bytes(),
        &mut key,
    );
    let mut data = Zeroizing::new(scheme.data.to_vec());
    let length = match scheme.key_length {
        16 => open::<Decryptor<Aes128>>(&key, scheme.iv, &mut data),
        24 => open::<Decryptor<Aes192>>(&key, scheme.iv, &mut data),
        _ => open::<Decryptor<Aes256>>(&key, scheme.iv, &mut data),
    };
    data.truncate(length.ok_or(Flaw::WrongPassphrase)?);
    // A wrong passphrase gives right padding now and then.
    if Der::new(&data).sequence().is_none() {
        return Err(Flaw::WrongPassphrase);
    }
    Ok(data)
}

fn open<D>(key: &[u8], iv: &[u8], data: &mut [u8]) -> Option<usize>
where
    D: aes::cipher::KeyIvInit + aes::cipher::BlockModeDecrypt,
{
    let decryptor = D::new_from_slices(key, iv).ok()?;
    decryptor
        .decrypt_padded::<Pkcs7>(data)
        .ok()
        .map(<[u8]>::len)
}

impl<'d> Scheme<'d> {
    fn read(der: &'d [u8]) -> Option<Self> {
        let mut info = Der::new(der).sequence()?;
        let mut algorithm = info.sequence()?;
        let data = info.expect(OCTET_STRING)?;
        if algorithm.expect(OID)? != PBES2 {
            return None;
        }
        let mut parameters = algorithm.sequence()?;
        let mut derivation = parameters.sequence()?;
        let mut cipher = parameters.sequence()?;
        if derivation.expect(OID)? != PBKDF2 {
            return None;
        }
        let mut derivation = derivation.sequence()?;
        let salt = derivation.expect(OCTET_STRING)?;
        let iterations = derivation
            .number()
            .filter(|count| *count <= MAX_ITERATIONS)?;
        let iterations = NonZeroU32::new(u32::try_from(iterations).ok()?)?;
        let _key_length = derivation.optional(crate::auth::der::INTEGER);
        // Without a name the function is HMAC-SHA1, which is not taken.
        if derivation.sequence()?.expect(OID)? != HMAC_SHA256 {
            return None;
        }
        let cipher_name = cipher.expect(OID)?;
        let key_length = match cipher_name.strip_prefix(AES)? {
            [2] => 16,
            [22] => 24,
            [42] => 32,
            _ => return None,
        };
        let iv = cipher.expect(OCTET_STRING)?;
        Some(Self {
            salt,
            iterations,
            key_length,
            iv,
            data,
        })
    }
}
