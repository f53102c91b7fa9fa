//! The top-level members beside `value`, merged over all pages of a listing.

/// A member as it came: key token and value, no white space between tokens.
pub(crate) type Member = (Vec<u8>, Vec<u8>);

/// Members before and after the merged `value`.
#[derive(Debug, Default)]
pub(crate) struct Members {
    before: Vec<Member>,
    after: Vec<Member>,
    is_past_value: bool,
}

impl Members {
    /// Takes a member. Those before `value` on the first page stand where they stood; those after
    /// it, or new on later pages, follow the array, each once, the last value counts.
    pub(crate) fn take(&mut self, key: &[u8], value: &[u8]) {
        if self.before.iter().any(|(known, _)| known == key) {
            return;
        }
        if !self.is_past_value {
            self.before.push((key.to_owned(), value.to_owned()));
        } else if let Some((_, last)) = self.after.iter_mut().find(|(known, _)| known == key) {
            value.clone_into(last);
        } else {
            self.after.push((key.to_owned(), value.to_owned()));
        }
    }

    /// From now on `value` has begun.
    pub(crate) fn pass_value(&mut self) {
        self.is_past_value = true;
    }

    pub(crate) fn before(&self) -> &[Member] {
        &self.before
    }

    pub(crate) fn after(&self) -> &[Member] {
        &self.after
    }

    /// All members as one object.
    pub(crate) fn object(&self) -> Vec<u8> {
        let mut object = Vec::new();
        object.push(b'{');
        for (index, (key, value)) in self.before.iter().enumerate() {
            if index > 0 {
                object.push(b',');
            }
            object.extend_from_slice(key);
            object.push(b':');
            object.extend_from_slice(value);
        }
        object.push(b'}');
        object
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(members: &[Member]) -> Vec<(String, String)> {
        let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).unwrap();
        members
            .iter()
            .map(|(key, value)| (text(key), text(value)))
            .collect()
    }

    #[test]
    fn members_stand_before_or_after_value_once_each() {
        let mut members = Members::default();
        members.take(b"\"c\"", b"1");
        members.pass_value();
        members.take(b"\"d\"", b"2");
        members.take(b"\"c\"", b"9");
        members.take(b"\"e\"", b"3");
        members.take(b"\"d\"", b"44");
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(keys(members.before()), [pair("\"c\"", "1")]);
        assert_eq!(
            keys(members.after()),
            [pair("\"d\"", "44"), pair("\"e\"", "3")]
        );
    }

    #[test]
    fn an_object_is_put_together_as_it_was() {
        let mut members = Members::default();
        members.take(b"\"a\"", b"{\"b\":1}");
        members.take(b"\"value\"", b"null");
        assert_eq!(members.object(), b"{\"a\":{\"b\":1},\"value\":null}");
    }
}
