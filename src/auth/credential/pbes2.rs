//! Encrypted private keys as OpenSSL 3 writes them: PBES2 with PBKDF2-HMAC-SHA256 and AES-CBC
//! ([RFC 8018 §6.2](https://www.rfc-editor.org/rfc/rfc8018#section-6.2)).

use std::num::NonZeroU32;

use aes::cipher::block_padding::Pkcs7;
use aes::{Aes128, Aes192, Aes256};
use cbc::Decryptor;
use zeroize::Zeroizing;

use crate::auth::credential::der::{Der, OCTET_STRING, OID};
use crate::secret::Secret;

/// Why a key stays shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonError {
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
pub(crate) fn decrypt(der: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, JsonError> {
    let scheme = Scheme::read(der).ok_or(JsonError::Unsupported)?;
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
    data.truncate(length.ok_or(JsonError::WrongPassphrase)?);
    // A wrong passphrase gives right padding now and then.
    if Der::new(&data).sequence().is_none() {
        return Err(JsonError::WrongPassphrase);
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
        let _key_length = derivation.optional(crate::auth::credential::der::INTEGER);
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
        let iv = cipher.expect(OCTET_STRING).filter(|iv| iv.len() == 16)?;
        Some(Self {
            salt,
            iterations,
            key_length,
            iv,
            data,
        })
    }
}

#[cfg(test)]
mod tests {
    use aes::cipher::{BlockModeEncrypt as _, KeyIvInit as _};

    use super::*;

    const PASSPHRASE: &str = "ph%räse";
    const AES_256: [u8; 9] = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42];

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u8::try_from(content.len()).unwrap();
        assert!(length < 0x80);
        [&[tag, length], content].concat()
    }

    fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
        element(crate::auth::credential::der::SEQUENCE, &parts.concat())
    }

    /// A key as OpenSSL would write it, with these parts of the algorithm.
    fn encrypted(count: &[u8], prf: Option<&[u8]>, cipher: &[u8], iv: &[u8]) -> Vec<u8> {
        let mut key = [0; 32];
        ring::pbkdf2::derive(
            ring::pbkdf2::PBKDF2_HMAC_SHA256,
            NonZeroU32::new(7).unwrap(),
            b"saltsalt",
            PASSPHRASE.as_bytes(),
            &mut key,
        );
        let mut data = [0; 16];
        data[..4].copy_from_slice(&[0x30, 2, 5, 0]);
        cbc::Encryptor::<Aes256>::new(&key.into(), &[9; 16].into())
            .encrypt_padded::<Pkcs7>(&mut data, 4)
            .unwrap();
        let mut derivation = vec![element(OCTET_STRING, b"saltsalt"), element(2, count)];
        derivation.extend(prf.map(|prf| sequence(&[element(OID, prf), vec![5, 0]])));
        let derivation = sequence(&[element(OID, PBKDF2), sequence(&derivation)]);
        let cipher = sequence(&[element(OID, cipher), element(OCTET_STRING, iv)]);
        let algorithm = sequence(&[element(OID, PBES2), sequence(&[derivation, cipher])]);
        sequence(&[algorithm, element(OCTET_STRING, &data)])
    }

    fn good() -> Vec<u8> {
        encrypted(&[7], Some(HMAC_SHA256), &AES_256, &[9; 16])
    }

    fn opened(der: &[u8], passphrase: &str) -> Result<Vec<u8>, JsonError> {
        decrypt(der, &Secret::new(passphrase)).map(|data| data.to_vec())
    }

    #[test]
    fn the_passphrase_opens_and_no_other_does() {
        assert_eq!(opened(&good(), PASSPHRASE), Ok(vec![0x30, 2, 5, 0]));
        for wrong in ["", "ph%rase", "ph%räse\n", "PH%RÄSE"] {
            assert_eq!(opened(&good(), wrong), Err(JsonError::WrongPassphrase));
        }
    }

    #[test]
    fn a_wrong_passphrase_that_gives_right_padding_is_wrong_all_the_same() {
        for number in 0..2000 {
            let wrong = format!("wrong {number}");
            assert_eq!(opened(&good(), &wrong), Err(JsonError::WrongPassphrase));
        }
    }

    #[test]
    fn other_functions_ciphers_and_endless_work_are_not_supported() {
        let sha512: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 11];
        let gcm = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 46];
        let sha256 = Some(HMAC_SHA256);
        for der in [
            encrypted(&[7], None, &AES_256, &[9; 16]),
            encrypted(&[7], Some(sha512), &AES_256, &[9; 16]),
            encrypted(&[7], sha256, &gcm, &[9; 16]),
            encrypted(&[7], sha256, &AES_256[..8], &[9; 16]),
            encrypted(&[0], sha256, &AES_256, &[9; 16]),
            encrypted(&[0xff], sha256, &AES_256, &[9; 16]),
            encrypted(&[0x7f, 0xff, 0xff, 0xff], sha256, &AES_256, &[9; 16]),
            encrypted(&[1; 8], sha256, &AES_256, &[9; 16]),
            encrypted(&[1; 9], sha256, &AES_256, &[9; 16]),
        ] {
            assert_eq!(opened(&der, PASSPHRASE), Err(JsonError::Unsupported));
        }
    }

    #[test]
    fn a_start_of_the_wrong_length_is_no_fault_of_the_passphrase() {
        for iv in [&[][..], &[9; 8], &[9; 17]] {
            let der = encrypted(&[7], Some(HMAC_SHA256), &AES_256, iv);
            assert_eq!(opened(&der, PASSPHRASE), Err(JsonError::Unsupported));
        }
    }

    #[test]
    fn what_is_cut_off_is_not_supported() {
        let good = good();
        for end in 0..good.len() {
            assert_eq!(
                opened(&good[..end], PASSPHRASE),
                Err(JsonError::Unsupported)
            );
        }
    }
}
