//! A drive item, as Graph describes it.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::Error;
use crate::graph::service::Graph;
use crate::graph::transfer::facts::Facts;
use crate::graph::transfer::item_path::ItemPath;
use crate::http::{Request, Url};
use crate::redact::Redactor;

/// The bound on the description of an item.
const MAX_ITEM: usize = 1 << 20;

/// An item as it came, without the white space between its tokens, and to look things up in.
#[derive(Debug)]
pub(crate) struct DriveItem {
    pub(crate) text: String,
    pub(crate) value: Value,
}

impl DriveItem {
    pub(crate) fn read(body: &[u8], redactor: &Redactor) -> Result<Self, Error> {
        let item = serde_json::from_slice::<&RawValue>(body).ok();
        let item = item.map(RawValue::get).filter(|text| text.starts_with('{'));
        let value = item.and_then(|text| serde_json::from_str(text).ok());
        match (item, value) {
            (Some(text), Some(value)) => Ok(Self {
                text: compact(text),
                value,
            }),
            _ => Err(Error::protocol(format!(
                "graph: the response is no drive item: {}",
                redactor.excerpt(body)
            ))),
        }
    }
}

impl DriveItem {
    pub(crate) fn id(&self) -> Option<&str> {
        self.value.get("id").and_then(Value::as_str)
    }
}

impl Graph {
    /// What Graph says of the content at `url`; `None` where it does not say.
    pub(crate) fn facts(&self, url: &Url) -> Result<Option<Facts>, Error> {
        // With a query it may be a conversion, which neither size nor hash are of.
        let item = ItemPath::read(url.path_and_query());
        let Some(ItemPath { item, .. }) = item.filter(ItemPath::is_content) else {
            return Ok(None);
        };
        let url = format!("{}{item}?$select=id,size,file", url.origin());
        match self.drive_item(&url) {
            Ok(item) => Ok(Some(Facts::of(&item.value))),
            Err(error @ Error::Graph(_)) => {
                let listener = self.client().http().listener();
                listener.note(|| format!("the content is not checked against its item: {error}"));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    pub(crate) fn drive_item(&self, url: &str) -> Result<DriveItem, Error> {
        let url = Url::parse(url).map_err(|reason| Error::parameters(format!("path: {reason}")))?;
        let request = Request {
            headers: &self.headers_and(&[]),
            ..Request::get(&url)
        };
        let (_, body) = self.call().read(&request, MAX_ITEM)?;
        DriveItem::read(&body, self.client().http().redactor())
    }
}

/// Valid JSON without the white space between its tokens.
fn compact(json: &str) -> String {
    let (mut is_text, mut is_escaped) = (false, false);
    let is_kept = |c: &char| {
        let is_kept = is_text || !c.is_ascii_whitespace();
        if is_escaped {
            is_escaped = false;
        } else if *c == '"' {
            is_text = !is_text;
        } else if *c == '\\' {
            is_escaped = true;
        }
        is_kept
    };
    json.chars().filter(is_kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_keeps_every_token() {
        let item = br#" { "id" : "a \" b\\" , "n" : 1.0e5 , "l" : [ ] } "#;
        let item = DriveItem::read(item, &Redactor::new()).unwrap();
        assert_eq!(item.text, r#"{"id":"a \" b\\","n":1.0e5,"l":[]}"#);
        for body in [&b""[..], b"[]", b"\"x\"", b"{", b"<html>", b"{}{}"] {
            assert!(DriveItem::read(body, &Redactor::new()).is_err());
        }
    }
}
