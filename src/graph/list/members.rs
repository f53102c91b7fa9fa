//! The top-level members beside `value`, merged over all pages of a listing.

use std::collections::HashMap;

/// A member as it came: key token and value, no white space between tokens.
pub(crate) type Member = (Vec<u8>, Vec<u8>);

/// Members before and after the merged `value`.
#[derive(Debug, Default)]
pub(crate) struct Members {
    before: Run,
    after: Vec<Member>,
    /// Of the page being read: they count when it has come to its end.
    staged: Vec<Member>,
    /// Where in `after` a key stands; `None` is before `value`.
    places: HashMap<Vec<u8>, Option<usize>>,
    after_bytes: usize,
    staged_bytes: usize,
    is_past_value: bool,
}

impl Members {
    /// Takes a member. Those before `value` on the first page stand where they stood; those after
    /// it, or new on later pages, follow the array, each once, the last value counts.
    pub(crate) fn take(&mut self, key: &[u8], value: &[u8]) {
        if self.is_past_value {
            self.staged_bytes += key.len() + value.len();
            self.staged.push((key.to_owned(), value.to_owned()));
        } else {
            // It may yet be a single object, which is handed out as it came.
            self.before.push(key, value);
        }
    }

    /// The page has come to its end: what it had counts.
    pub(crate) fn commit(&mut self) {
        for (key, value) in std::mem::take(&mut self.staged) {
            self.keep(key, value);
        }
        self.staged_bytes = 0;
    }

    /// The page is requested again: what it had does not count.
    pub(crate) fn roll_back(&mut self) {
        self.staged.clear();
        self.staged_bytes = 0;
    }

    fn keep(&mut self, key: Vec<u8>, value: Vec<u8>) {
        match self.places.get(&key) {
            Some(None) => {}
            Some(Some(place)) => {
                let (_, last) = &mut self.after[*place];
                self.after_bytes = self.after_bytes - last.len() + value.len();
                *last = value;
            }
            None => {
                self.after_bytes += key.len() + value.len();
                self.places.insert(key.clone(), Some(self.after.len()));
                self.after.push((key, value));
            }
        }
    }

    /// From now on `value` has begun: these are the members of a collection.
    pub(crate) fn pass_value(&mut self) {
        if std::mem::replace(&mut self.is_past_value, true) {
            return;
        }
        let all = std::mem::take(&mut self.before);
        for (key, value) in all.iter() {
            if self.places.insert(key.to_owned(), None).is_none() {
                self.before.push(key, value);
            }
        }
    }

    /// Removes and returns the members before `value` that have this key.
    pub(crate) fn withdraw(&mut self, is_meant: &dyn Fn(&[u8]) -> bool) -> Vec<Member> {
        let mut withdrawn = Vec::new();
        let all = std::mem::take(&mut self.before);
        for (key, value) in all.iter() {
            if is_meant(key) {
                withdrawn.push((key.to_owned(), value.to_owned()));
            } else {
                self.before.push(key, value);
            }
        }
        withdrawn
    }

    pub(crate) fn before(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.before.iter()
    }

    pub(crate) fn after(&self) -> &[Member] {
        &self.after
    }

    /// How many bytes are kept.
    pub(crate) fn bytes(&self) -> usize {
        self.before.text.len() + self.after_bytes + self.staged_bytes
    }

    /// All members as one object.
    pub(crate) fn object(&self) -> Vec<u8> {
        [b"{", self.before.text.as_slice(), b"}"].concat()
    }
}

/// Members one after the other, as they stand in an object.
#[derive(Debug, Default)]
struct Run {
    text: Vec<u8>,
    /// Where each one's key and value end.
    ends: Vec<(usize, usize)>,
}

impl Run {
    fn push(&mut self, key: &[u8], value: &[u8]) {
        if !self.ends.is_empty() {
            self.text.push(b',');
        }
        self.text.extend_from_slice(key);
        let key_end = self.text.len();
        self.text.push(b':');
        self.text.extend_from_slice(value);
        self.ends.push((key_end, self.text.len()));
    }

    fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut start = 0;
        self.ends.iter().map(move |&(key_end, end)| {
            let key = &self.text[start..key_end];
            start = end + 1;
            (key, &self.text[key_end + 1..end])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs<'m>(members: impl Iterator<Item = (&'m [u8], &'m [u8])>) -> String {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_owned()).unwrap();
        members
            .map(|(key, value)| format!("{}={} ", text(key), text(value)))
            .collect()
    }

    fn after(members: &Members) -> String {
        let after = members.after().iter();
        pairs(after.map(|(key, value)| (key.as_slice(), value.as_slice())))
    }

    #[test]
    fn members_stand_before_or_after_value_once_each() {
        let mut members = Members::default();
        members.take(b"\"c\"", b"1");
        members.take(b"\"c\"", b"2");
        members.pass_value();
        members.take(b"\"d\"", b"2");
        members.take(b"\"c\"", b"9");
        members.take(b"\"e\"", b"3");
        members.take(b"\"d\"", b"44");
        members.commit();
        members.take(b"\"d\"", b"5");
        members.take(b"\"f\"", b"6");
        members.roll_back();
        members.commit();
        assert_eq!(pairs(members.before()), "\"c\"=1 ");
        assert_eq!(after(&members), "\"d\"=44 \"e\"=3 ");
        assert_eq!(members.bytes(), "\"c\":1".len() + "\"d\"44\"e\"3".len());
    }

    #[test]
    fn an_object_is_put_together_as_it_was() {
        let mut members = Members::default();
        assert_eq!(members.object(), b"{}");
        members.take(b"\"a\"", b"{\"b\":1}");
        members.take(b"\"value\"", b"null");
        members.take(b"\"a\"", b"2");
        assert_eq!(
            members.object(),
            b"{\"a\":{\"b\":1},\"value\":null,\"a\":2}"
        );
        let withdrawn = members.withdraw(&|key| key == b"\"value\"");
        assert_eq!(withdrawn, [(b"\"value\"".to_vec(), b"null".to_vec())]);
        assert_eq!(members.object(), b"{\"a\":{\"b\":1},\"a\":2}");
    }
}
