//! A certificate that was registered for the application, read as far as the judge needs it.

/// A certificate and where its parts stand.
pub(super) struct Registered {
    der: Vec<u8>,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    /// The `RSAPublicKey` inside.
    public_key: Vec<u8>,
}

const SEQUENCE: u8 = 0x30;

impl Registered {
    /// Reads a certificate of which nothing is left over.
    pub(super) fn read(der: Vec<u8>) -> Option<Self> {
        let mut all = &*der;
        let mut certificate = element(&mut all, SEQUENCE)?;
        let mut fields = element(&mut certificate, SEQUENCE)?;
        if !all.is_empty() {
            return None;
        }
        // The version, absent in the first.
        if fields.first() == Some(&0xa0) {
            element(&mut fields, 0xa0)?;
        }
        element(&mut fields, 0x02)?;
        element(&mut fields, SEQUENCE)?;
        let issuer = element(&mut fields, SEQUENCE)?.to_vec();
        element(&mut fields, SEQUENCE)?;
        let subject = element(&mut fields, SEQUENCE)?.to_vec();
        let mut info = element(&mut fields, SEQUENCE)?;
        element(&mut info, SEQUENCE)?;
        let public_key = element(&mut info, 0x03)?.get(1..)?.to_vec();
        Some(Self {
            issuer,
            subject,
            public_key,
            der,
        })
    }

    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }

    pub(super) fn issuer(&self) -> &[u8] {
        &self.issuer
    }

    pub(super) fn subject(&self) -> &[u8] {
        &self.subject
    }

    pub(super) fn public_key(&self) -> &[u8] {
        &self.public_key
    }
}

/// The content of the next element, which must have this tag.
fn element<'d>(rest: &mut &'d [u8], tag: u8) -> Option<&'d [u8]> {
    let (found, after) = rest.split_first()?;
    let (first, after) = after.split_first()?;
    let (length, after) = match first {
        0..=0x7f => (usize::from(*first), after),
        0x81..=0x83 => {
            let (length, after) = after.split_at_checked(usize::from(first & 0x7f))?;
            let length = length
                .iter()
                .fold(0, |length, byte| length << 8 | usize::from(*byte));
            (length, after)
        }
        _ => return None,
    };
    let (content, after) = after.split_at_checked(length)?;
    *rest = after;
    (*found == tag).then_some(content)
}
