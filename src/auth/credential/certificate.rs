//! What a certificate says, as far as it matters here.

use std::time::{Duration, SystemTime};

use rustls::SupportedCipherSuite;
use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;

use crate::auth::credential::der::{BIT_STRING, Der, GENERALIZED_TIME, OID, SEQUENCE, UTC_TIME};
use crate::time::{date_and_time, moment};

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
    pub(crate) fn warning(self, now: SystemTime) -> Option<String> {
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

/// The public key in a `SubjectPublicKeyInfo`.
pub(crate) fn public_key(info: &[u8]) -> Option<&[u8]> {
    let mut info = Der::new(info).sequence()?;
    info.next()?;
    info.expect(BIT_STRING)
}

/// The public key that a certificate is for.
pub(crate) fn certificate_key(certificate: &[u8]) -> Option<&[u8]> {
    let mut info = after_validity(certificate)?;
    info.next()?;
    let mut info = info.sequence()?;
    info.next()?;
    info.expect(BIT_STRING)
}

/// Issuer and subject, as they are encoded.
pub(crate) fn names(certificate: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut fields = Der::new(to_be_signed(certificate)?);
    fields.optional(0xa0);
    fields.next()?;
    fields.expect(SEQUENCE)?;
    let issuer = fields.expect(SEQUENCE)?;
    fields.expect(SEQUENCE)?;
    Some((issuer, fields.expect(SEQUENCE)?))
}

/// What follows the dates: subject, key, and so on.
fn after_validity(certificate: &[u8]) -> Option<Der<'_>> {
    let mut fields = Der::new(to_be_signed(certificate)?);
    fields.optional(0xa0);
    for _ in 0..4 {
        fields.next()?;
    }
    Some(fields)
}

/// The size of a certificate's RSA key in bits; `None` when it is of another kind.
pub(crate) fn rsa_bits(certificate: &[u8]) -> Option<usize> {
    let key = certificate_key(certificate)?;
    modulus_bits(&mut Der::new(key.get(1..)?).sequence()?)
}

/// The bits of the integer that is next, a modulus.
pub(crate) fn modulus_bits(fields: &mut Der<'_>) -> Option<usize> {
    let modulus = fields.expect(crate::auth::credential::der::INTEGER)?;
    let first = modulus.iter().position(|byte| *byte != 0)?;
    let zeros = modulus[first].leading_zeros() as usize;
    Some((modulus.len() - first) * 8 - zeros)
}

/// The SHA-256 of a certificate: its thumbprint.
pub(crate) fn sha256(certificate: &[u8]) -> Option<Vec<u8>> {
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
pub(crate) fn sha1(certificate: &[u8]) -> Vec<u8> {
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
    // Nothing here asks how long before 1970 something was.
    if year < 1970 {
        return Some(SystemTime::UNIX_EPOCH);
    }
    moment((year, part(0)?, part(2)?), (part(4)?, part(6)?, part(8)?))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn made(params: &rcgen::CertificateParams) -> Vec<u8> {
        let key = rcgen::KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn dates_are_read_in_both_forms() {
        let mut params = rcgen::CertificateParams::default();
        params.not_before = rcgen::date_time_ymd(2021, 3, 4) + Duration::from_secs(18_367);
        params.not_after = rcgen::date_time_ymd(2050, 1, 1);
        let validity = Validity::read(&made(&params)).unwrap();
        assert_eq!(validity.not_before, at(1_614_834_367));
        assert_eq!(validity.not_after, at(2_524_608_000));
    }

    #[test]
    fn times_that_are_none_are_not_read() {
        let utc = |text: &str| time((UTC_TIME, text.as_bytes()));
        let generalized = |text: &str| time((GENERALIZED_TIME, text.as_bytes()));
        assert_eq!(utc("700101000000Z"), Some(UNIX_EPOCH));
        assert_eq!(utc("491231235959Z"), generalized("20491231235959Z"));
        assert!(generalized("99991231235959Z").is_some());
        for text in ["", "Z", "700101000000", "7001010000Z", "7001010000000000Z"] {
            assert_eq!((utc(text), generalized(text)), (None, None), "{text}");
        }
        for text in [
            "700001000000Z",
            "701301000000Z",
            "700132000000Z",
            "7001012400é0Z",
        ] {
            assert_eq!(utc(text), None, "{text}");
        }
        assert_eq!(time((0x16, b"700101000000Z")), None);
    }

    #[test]
    fn times_before_1970_are_no_reason_to_stop() {
        for text in ["500101000000Z", "690701000000Z"] {
            let _ = time((UTC_TIME, text.as_bytes()));
        }
        for text in ["00000101000000Z", "16010101000000Z", "19700101000000Z"] {
            let _ = time((GENERALIZED_TIME, text.as_bytes()));
        }
    }

    #[test]
    fn a_word_is_said_outside_the_dates_and_30_days_before_the_end() {
        let day = 24 * 3600;
        let validity = Validity {
            not_before: at(100 * day),
            not_after: at(200 * day),
        };
        let said = |seconds| validity.warning(at(seconds)).unwrap_or_default();
        assert!(said(100 * day - 1).contains("not valid before 1970-04-11 00:00:00 UTC"));
        assert_eq!(said(100 * day), "");
        assert_eq!(said(170 * day), "");
        assert!(said(170 * day + 1).contains("expires on 1970-07-20 00:00:00 UTC"));
        assert!(said(200 * day).contains("expires on"));
        assert!(said(200 * day + 1).contains("has expired on 1970-07-20 00:00:00 UTC"));
    }

    #[test]
    fn bits_are_those_of_the_modulus() {
        let bits = |content: &[u8]| {
            let length = u8::try_from(content.len()).unwrap();
            let der = [&[crate::auth::credential::der::INTEGER, length], content].concat();
            modulus_bits(&mut Der::new(&der))
        };
        assert_eq!(bits(&[0, 0x80, 0]), Some(16));
        assert_eq!(bits(&[0x7f, 0xff]), Some(15));
        assert_eq!(bits(&[1]), Some(1));
        assert_eq!((bits(&[0]), bits(&[])), (None, None));
        assert_eq!(rsa_bits(&made(&rcgen::CertificateParams::default())), None);
    }

    #[test]
    fn what_is_cut_off_is_not_read() {
        let der = made(&rcgen::CertificateParams::default());
        for end in 0..der.len() {
            assert_eq!(Validity::read(&der[..end]), None);
            assert_eq!(rsa_bits(&der[..end]), None);
        }
    }

    #[test]
    fn the_thumbprint_is_the_sha_256_of_the_whole() {
        let hash = ring::digest::digest(&ring::digest::SHA256, b"certificate");
        assert_eq!(sha256(b"certificate").as_deref(), Some(hash.as_ref()));
    }
}
