//! The members of a line that is an object.

use crate::error::Error;
use crate::graph::batch::object;
use crate::graph::list::splitter::JsonError;
use crate::text::nearest;

const KEYS: [&str; 6] = ["id", "method", "url", "headers", "body", "dependsOn"];
const ONE_A_LINE: &str = "each request is one line, as jq -c writes it";
const APART: &str = "jq -c '.requests[]' writes each of its requests as one line";
const EITHER: &str = "each request is one line, as jq -c . writes it, or jq -c '.requests[]' \
                      for those of a whole batch";

/// The members of a line by name.
#[derive(Default)]
pub(crate) struct Given {
    pub(crate) values: [Option<Vec<u8>>; KEYS.len()],
}

impl Given {
    pub(crate) fn read(text: &[u8]) -> Result<Self, Error> {
        let members = object::members(text).map_err(|flaw| not_json(text, &flaw))?;
        let mut given = Self::default();
        for (key, value) in members {
            let name = object::text(&key).unwrap_or_default();
            let Some(place) = KEYS.iter().position(|known| *known == name) else {
                if name == "requests" {
                    return Err(whole_batch());
                }
                let error = Error::parameters(format!("unknown key `{name}`"));
                return Err(match nearest(&name, KEYS) {
                    Some(known) => error.hint(format!("did you mean `{known}`?")),
                    None => error.hint(ONE_A_LINE),
                });
            };
            if given.values[place].is_some() {
                return Err(Error::parameters(format!("`{name}` comes twice")));
            }
            given.values[place] = Some(value).filter(|value| value != b"null");
        }
        Ok(given)
    }
}

/// What stands on a line and is none.
pub(crate) fn no_request(what: &str) -> Error {
    Error::parameters(what).hint(ONE_A_LINE)
}

fn not_json(text: &[u8], flaw: &JsonError) -> Error {
    let first = text.trim_ascii().strip_prefix(b"{").unwrap_or_default();
    let first = first.trim_ascii_start();
    if first.starts_with(b"\"requests\"") {
        return whole_batch();
    }
    let JsonError { at, what } = flaw;
    let hint = if first.is_empty() { EITHER } else { ONE_A_LINE };
    Error::parameters(format!("is no JSON object: {what} at byte {at}")).hint(hint)
}

/// What is sent to Graph, which somebody has written already.
fn whole_batch() -> Error {
    Error::parameters("is a whole batch, not one request").hint(APART)
}
