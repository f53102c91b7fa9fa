//! What a certificate says, as far as it matters here.

use std::time::{Duration, SystemTime};

use rustls::SupportedCipherSuite;
use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;

use crate::auth::der::{BIT_STRING, Der, GENERALIZED_TIME, OID, SEQUENCE, UTC_TIME};
use crate::calendar::{date_and_time, moment};

/// The dates of a certificate ([RFC 5280 §4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) not_before: SystemTime,
    pub(crate) not_after: SystemTime,
}

/// How long before its end a certificate is worth a word.
const SOON: Duration = Duration::from_secs(30 * 24 * 3600);

impl Validity {
    /// Reads the dates; `None` is a certificate that cannot be read.
    pub(crate) fn read(certificate: &[u8]) -> Option<Self> {
        let mut dates = Der::new(to_be_signed(certificate)?);
        dates.optional(0xa0);
        dates.next()?;
        dates.expect(SEQUENCE)?;
        dates.expect(SEQUENCE)?;
        let mut dates = dates.sequence()?;
        Some(Self {
            not_before: time(dates.next()?)?,
            not_after: time(dates.next()?)?,
        })
    }

    /// What is to be said about the dates at `now`, if anything.
    pub(super) fn warning(self, now: SystemTime) -> Option<String> {
        let date = date_and_time;
        if now > self.not_after {
            let end = date(self.not_after);
            Some(format!(
                "the certificate has expired on {end} UTC: Entra will refuse it"
            ))
        } else if now < self.not_before {
            let start = date(self.not_before);
            Some(format!(
                "the certificate is not valid before {start} UTC: check the clock"
            ))
        } else if now + SOON > self.not_after {
            let end = date(self.not_after);
            Some(format!(
                "the certificate expires on {end} UTC: upload its successor in time"
            ))
        } else {
            None
        }
    }
}

/// The name of who issued a certificate: its common name, else its organisation.
pub(crate) fn issuer(certificate: &[u8]) -> Option<String> {
    const SET: u8 = 0x31;
    const COMMON_NAME: &[u8] = &[0x55, 4, 3];
    const ORGANISATION: &[u8] = &[0x55, 4, 10];
    let mut fields = Der::new(to_be_signed(certificate)?);
    fields.optional(0xa0);
    fields.next()?;
    fields.expect(SEQUENCE)?;
    let mut name = fields.sequence()?;
    let mut found = None;
    while let Some(part) = name.optional(SET) {
        let mut part = Der::new(part).sequence()?;
        let kind = part.expect(OID)?;
        let (_, text) = part.next()?;
        if kind == COMMON_NAME || kind == ORGANISATION && found.is_none() {
            found = Some(String::from_utf8_lossy(text).into_owned());
        }
        if kind == COMMON_NAME {
            break;
        }
    }
    found
}

/// The size of a certificate's RSA key in bits; `None` when it is of another kind.
pub(super) fn rsa_bits(certificate: &[u8]) -> Option<usize> {
    let mut fields = Der::new(to_be_signed(certificate)?);
    fields.optional(0xa0);
    for _ in 0..5 {
        fields.next()?;
    }
    let mut info = fields.sequence()?;
    info.next()?;
    let key = info.expect(BIT_STRING)?;
    modulus_bits(&mut Der::new(key.get(1..)?).sequence()?)
}

/// The bits of the integer that is next, a modulus.
pub(super) fn modulus_bits(fields: &mut Der<'_>) -> Option<usize> {
    let modulus = fields.expect(crate::auth::der::INTEGER)?;
    let first = modulus.iter().position(|byte| *byte != 0)?;
    let zeros = modulus[first].leading_zeros() as usize;
    Some((modulus.len() - first) * 8 - zeros)
}

/// The SHA-256 of a certificate: its thumbprint.
pub(super) fn sha256(certificate: &[u8]) -> Option<Vec<u8>> {
    let SupportedCipherSuite::Tls13(suite) = TLS13_AES_128_GCM_SHA256 else {
        return None;
    };
    Some(
        suite
            .common
            .hash_provider
            .hash(certificate)
            .as_ref()
            .to_vec(),
    )
}

/// The SHA-1 of a certificate, for services that know it by no other name.
pub(super) fn sha1(certificate: &[u8]) -> Vec<u8> {
    let algorithm = &ring::digest::SHA1_FOR_LEGACY_USE_ONLY;
    ring::digest::digest(algorithm, certificate)
        .as_ref()
        .to_vec()
}

fn to_be_signed(certificate: &[u8]) -> Option<&[u8]> {
    Der::new(certificate).sequence()?.expect(SEQUENCE)
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
fn time((tag, text): (u8, &[u8])) -> Option<SystemTime> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match tag {
        UTC_TIME if text.len() == 12 => {
            let year: u64 = text[..2].parse().ok()?;
            (
                if year < 50 { 2000 + year } else { 1900 + year },
                &text[2..],
            )
        }
        GENERALIZED_TIME if text.len() == 14 => (text[..4].parse().ok()?, &text[4..]),
        _ => return None,
    };
    let part = |index: usize| rest[index..index + 2].parse().ok();
    moment((year, part(0)?, part(2)?), (part(4)?, part(6)?, part(8)?))
}
