//! What Graph says of the content of a drive item: its size, and a hash.

use std::io;

use ring::digest::{Context, SHA256};
use serde_json::Value;

use crate::graph::transfer::quick_xor_hash::QuickXorHash;

/// What content must be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) size: Option<u64>,
    pub(crate) hash: Option<Hash>,
}

/// A hash as Graph writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    /// In base64.
    QuickXor(String),
    /// In hexadecimal digits.
    Sha256(String),
}

/// What has gone by so far of content that must have a hash.
pub(crate) enum Digest {
    QuickXor(Box<QuickXorHash>),
    Sha256(Box<Context>),
}

impl Facts {
    /// Those of a
    /// [driveItem](https://learn.microsoft.com/graph/api/resources/driveitem), as far as it has any.
    pub(crate) fn of(item: &Value) -> Self {
        let hashes = item.get("file").and_then(|file| file.get("hashes"));
        let text = |name: &str| {
            let text = hashes?.get(name)?.as_str()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        let sha256 = text("sha256Hash").map(Hash::Sha256);
        Self {
            size: item.get("size").and_then(Value::as_u64),
            hash: sha256.or_else(|| text("quickXorHash").map(Hash::QuickXor)),
        }
    }

    /// What is wrong with content of this size and hash, in a few words.
    pub(crate) fn differ(&self, size: u64, hash: Option<&Hash>) -> Option<String> {
        match (self.size, &self.hash, hash) {
            (Some(expected), ..) if expected != size => {
                Some(format!("has {size} bytes, and {expected} by its item"))
            }
            (_, Some(expected), Some(hash)) if !expected.is(hash) => {
                Some("has another hash than its item".to_owned())
            }
            _ => None,
        }
    }
}

impl Hash {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::QuickXor(one), Self::QuickXor(two)) => one == two,
            (Self::Sha256(one), Self::Sha256(two)) => one.eq_ignore_ascii_case(two),
            _ => false,
        }
    }

    /// Begins a hash of the same kind.
    pub(crate) fn digest(&self) -> Digest {
        match self {
            Self::QuickXor(_) => Digest::QuickXor(Box::new(QuickXorHash::new())),
            Self::Sha256(_) => Digest::Sha256(Box::new(Context::new(&SHA256))),
        }
    }
}

impl Digest {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::QuickXor(hash) => hash.update(bytes),
            Self::Sha256(hash) => hash.update(bytes),
        }
    }

    /// Takes in the first `length` bytes that `read_at` gives for a buffer and a place.
    pub(crate) fn update_from(
        &mut self,
        length: u64,
        read_at: &dyn Fn(&mut [u8], u64) -> io::Result<usize>,
    ) -> io::Result<()> {
        let mut buffer = vec![0; 64 * 1024];
        let mut at = 0;
        while at < length {
            let most = usize::try_from(length - at).unwrap_or(usize::MAX);
            let most = most.min(buffer.len());
            let n = match read_at(&mut buffer[..most], at) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            self.update(&buffer[..n]);
            at += n as u64;
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Hash {
        match self {
            Self::QuickXor(hash) => Hash::QuickXor(hash.finish()),
            Self::Sha256(hash) => {
                let hash = hash.finish();
                let digits = hash.as_ref().iter().map(|byte| format!("{byte:02X}"));
                Hash::Sha256(digits.collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(item: &str) -> Facts {
        Facts::of(&serde_json::from_str(item).unwrap())
    }

    #[test]
    fn facts_are_taken_where_an_item_has_them() {
        let item = r#"{"size":3,"file":{"hashes":{"quickXorHash":"q","sha1Hash":"s"}}}"#;
        let expected = Facts {
            size: Some(3),
            hash: Some(Hash::QuickXor("q".to_owned())),
        };
        assert_eq!(facts(item), expected);
        let item = r#"{"file":{"hashes":{"quickXorHash":"q","sha256Hash":"AB"}}}"#;
        assert_eq!(facts(item).hash, Some(Hash::Sha256("AB".to_owned())));
        for item in [
            "{}",
            "[]",
            r#"{"file":{}}"#,
            r#"{"size":"3","file":{"hashes":{"quickXorHash":""}}}"#,
        ] {
            assert_eq!(facts(item), Facts::default(), "{item}");
        }
    }

    #[test]
    fn content_is_held_against_size_and_hash() {
        let abc = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
        let expected = Facts {
            size: Some(3),
            hash: Some(Hash::Sha256(abc.to_ascii_lowercase())),
        };
        let hash = |bytes: &[u8]| {
            let mut digest = expected.hash.as_ref().unwrap().digest();
            digest.update(bytes);
            digest.finish()
        };
        assert_eq!(expected.differ(3, Some(&hash(b"abc"))), None);
        assert!(expected.differ(3, Some(&hash(b"abd"))).is_some());
        assert!(expected.differ(4, Some(&hash(b"abc"))).is_some());
        assert_eq!(expected.differ(3, None), None);
        assert_eq!(Facts::default().differ(3, None), None);
    }
}
