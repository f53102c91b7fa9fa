//! How requests are sent to Graph: what the options for that come to.

use crate::error::Error;

/// What the options for all requests of a command say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls {
    pub(crate) headers: Vec<String>,
    pub(crate) prefer: Vec<String>,
    pub(crate) throttle_priority: Option<&'static str>,
    pub(crate) is_beta: bool,
}

impl Calls {
    /// The headers; all that is preferred in one, as Graph wants it.
    pub(crate) fn fields(&self) -> Result<Vec<(String, String)>, Error> {
        let mut fields = Vec::new();
        let mut prefer = Vec::new();
        for header in &self.headers {
            // Not repeated: it may be a token.
            let (name, value) = header.split_once(':').ok_or_else(|| {
                Error::parameters("-H: has no colon").hint("write -H 'Name: value'")
            })?;
            let (name, value) = (name.trim(), value.trim());
            if name.eq_ignore_ascii_case("prefer") {
                prefer.push(value);
            } else {
                fields.push((name.to_owned(), value.to_owned()));
            }
        }
        prefer.extend(self.prefer.iter().map(String::as_str));
        if !prefer.is_empty() {
            fields.push(("Prefer".to_owned(), prefer.join(", ")));
        }
        if let Some(priority) = self.throttle_priority {
            let name = "x-ms-throttle-priority".to_owned();
            fields.push((name, priority.to_owned()));
        }
        Ok(fields)
    }
}
