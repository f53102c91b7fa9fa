//! Items as lines of a table, a column for each property that was selected.

use std::fmt;
use std::io::{self, Write};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::Error;

/// The columns of a table, in the order in which they were asked for.
#[derive(Debug)]
pub(crate) struct Columns(Vec<String>);

impl Columns {
    /// The columns that `--select` names; one such as `manager/displayName` leads into an object.
    pub(crate) fn of(select: Option<&str>) -> Result<Self, Error> {
        let select = select.ok_or_else(|| {
            Error::parameters("-o tsv: the columns are missing")
                .hint("name them, as in --select id,displayName")
        })?;
        let names = select.split(',').map(|name| name.trim().to_owned());
        Ok(Self(names.filter(|name| !name.is_empty()).collect()))
    }

    pub(crate) fn header(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(self.0.join("\t").as_bytes())?;
        out.write_all(b"\n")
    }

    /// Writes one item, which is an object in compact JSON.
    pub(crate) fn row(&self, out: &mut impl Write, item: &[u8]) -> io::Result<()> {
        let own = inside(item)?;
        for (index, name) in self.0.iter().enumerate() {
            if index > 0 {
                out.write_all(b"\t")?;
            }
            let (first, rest) = match name.split_once('/') {
                Some((first, rest)) => (first, Some(rest)),
                None => (name.as_str(), None),
            };
            let value = own.get(first);
            let mut value = value;
            for name in rest.into_iter().flat_map(|rest| rest.split('/')) {
                value = match value {
                    Some(outer) => inside(outer.get().as_bytes())?.get(name),
                    None => None,
                };
            }
            if let Some(value) = value {
                cell(out, value.get())?;
            }
        }
        out.write_all(b"\n")
    }
}

/// The members of an object as they come: fewer than a map would be worth.
#[derive(Default)]
struct Members<'i>(Vec<(Key, &'i RawValue)>);

/// A name as bytes: half a surrogate pair is no text, but may be in a name all the same.
struct Key(Vec<u8>);

impl<'i> Deserialize<'i> for Key {
    fn deserialize<D: Deserializer<'i>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl Visitor<'_> for Collect {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Key, E> {
                Ok(Key(bytes.to_owned()))
            }
        }

        deserializer.deserialize_bytes(Collect)
    }
}

impl<'i> Members<'i> {
    /// The last of this name counts, as everywhere; Graph takes a name in any case, and answers
    /// with its own.
    fn get(&self, name: &str) -> Option<&'i RawValue> {
        let name = name.as_bytes();
        let exact = self.0.iter().rfind(|(own, _)| own.0 == name);
        let in_any_case = || {
            self.0
                .iter()
                .rfind(|(own, _)| own.0.eq_ignore_ascii_case(name))
        };
        exact.or_else(in_any_case).map(|(_, value)| *value)
    }
}

impl<'i> Deserialize<'i> for Members<'i> {
    fn deserialize<D: Deserializer<'i>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'i> Visitor<'i> for Collect {
            type Value = Members<'i>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'i>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Members::default();
                while let Some(member) = map.next_entry()? {
                    all.0.push(member);
                }
                Ok(all)
            }
        }

        deserializer.deserialize_map(Collect)
    }
}

/// The members of an object; of what is none, none.
fn inside(object: &[u8]) -> io::Result<Members<'_>> {
    if object.starts_with(b"{") {
        Ok(serde_json::from_slice(object)?)
    } else {
        Ok(Members::default())
    }
}

/// Strings are decoded, so that a line has no line end and a cell no tab but by an escape; null is
/// empty; everything else stands as it came.
fn cell(out: &mut impl Write, token: &str) -> io::Result<()> {
    if token == "null" {
        return Ok(());
    }
    // Half a surrogate pair is no text, but JSON all the same.
    let text = serde_json::from_str::<String>(token);
    let is_text = text.is_ok();
    let text = text.as_deref().unwrap_or(token);
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' if is_text => escaped.push_str("\\\\"),
            '\t' => escaped.push_str("\\t"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            c if c.is_control() => escaped.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => escaped.push(c),
        }
    }
    out.write_all(escaped.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(select: &str, item: &str) -> String {
        let mut out = Vec::new();
        let columns = Columns::of(Some(select)).unwrap();
        columns.row(&mut out, item.as_bytes()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_stand_in_the_order_of_the_select() {
        let item = r#"{"b":1,"a":"x","c":null}"#;
        assert_eq!(row("a,b,c,d", item), "x\t1\t\t\n");
        assert_eq!(row(" b , a ", item), "1\tx\n");
    }

    #[test]
    fn a_cell_never_holds_a_tab_or_a_line_end() {
        let item = r#"{"a":"\t\n\r\\\u001b\u0085\"é","b":""}"#;
        assert_eq!(row("a,b", item), "\\t\\n\\r\\\\\\u001b\\u0085\"é\t\n");
        let item = "{\"a\":{\"b\\n\":\"\u{9b}\"}}";
        assert_eq!(row("a", item), "{\"b\\n\":\"\\u009b\"}\n");
    }

    #[test]
    fn numbers_keep_their_digits_and_objects_stay_json() {
        let item = r#"{"n":123456789012345678901234567890.10,"o":{"k":["v\n"]},"t":true}"#;
        assert_eq!(
            row("n,o,t", item),
            "123456789012345678901234567890.10\t{\"k\":[\"v\\n\"]}\ttrue\n"
        );
    }

    #[test]
    fn a_path_leads_into_an_object() {
        let item = r#"{"m":{"n":{"x":"y"}},"s":"t"}"#;
        assert_eq!(row("m/n/x,s/x,m/q", item), "y\t\t\n");
    }

    #[test]
    fn half_a_surrogate_pair_in_a_name_empties_no_cell() {
        let item = r#"{"a":"x","\ud800":1,"m":{"\udfff\ud800":2,"n":"y"}}"#;
        assert_eq!(row("a,m/n,b", item), "x\ty\t\n");
    }

    #[test]
    fn half_a_surrogate_pair_stays_as_it_came() {
        assert_eq!(row("a", r#"{"a":"\ud800"}"#), "\"\\ud800\"\n");
    }
}
