//! Where a listing of changes stands between runs, as text.

use serde_json::Value;

use crate::graph::service::Graph;
use crate::http::Url;

/// The place in a listing of changes, and whose listing it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// What the listing is asked for at, with its query.
    url: String,
    authority: String,
    client_id: String,
    pub(crate) round: Round,
    pub(crate) at: At,
    /// What is asked next, byte for byte.
    pub(crate) link: String,
}

/// What is being listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Round {
    /// All that there is, at first or after a reset.
    Full,
    /// What has changed.
    Changes,
}

/// How far the round is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// Nothing of it is there.
    Start,
    /// Some of its pages.
    Next,
    /// All of it; the link is that of the next round.
    Delta,
}

/// Of this format.
const VERSION: u32 = 1;
/// How many members it has.
const MEMBERS: usize = 7;

impl State {
    /// Before the first round of the listing at `url`.
    pub(crate) fn new(graph: &Graph, url: &Url) -> Self {
        let client = graph.client();
        Self {
            url: url.as_str().to_owned(),
            authority: client.authority().base().as_str().to_owned(),
            client_id: client.client_id().to_owned(),
            round: Round::Full,
            at: At::Start,
            link: url.as_str().to_owned(),
        }
    }

    /// The same listing at another place.
    pub(crate) fn moved(&self, round: Round, at: At, link: &Url) -> Self {
        Self {
            round,
            at,
            link: link.as_str().to_owned(),
            ..self.clone()
        }
    }

    /// Whether all that there is follows, from the start.
    pub(crate) fn is_before_all(&self) -> bool {
        (self.round, self.at) == (Round::Full, At::Start)
    }

    /// Reads a state.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as text without anything that stands in it.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, &'static str> {
        const DAMAGED: &str = "is damaged, or no state of a listing";
        let value: Value = serde_json::from_slice(bytes).map_err(|_| DAMAGED)?;
        match value["version"].as_u64() {
            Some(version) if version == u64::from(VERSION) => {}
            Some(_) => return Err("was written by another version of mgd"),
            None => return Err(DAMAGED),
        }
        let is_whole = value.as_object().is_some_and(|all| all.len() == MEMBERS);
        Self::of(&value).filter(|_| is_whole).ok_or(DAMAGED)
    }

    fn of(value: &Value) -> Option<Self> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        Some(Self {
            url: text("url")?,
            authority: text("authority")?,
            client_id: text("client_id")?,
            round: match value["round"].as_str()? {
                "full" => Round::Full,
                "changes" => Round::Changes,
                _ => return None,
            },
            at: match value["at"].as_str()? {
                "start" => At::Start,
                "next" => At::Next,
                "delta" => At::Delta,
                _ => return None,
            },
            link: text("link")?,
        })
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let text = |text: &str| Value::from(text).to_string();
        let round = match self.round {
            Round::Full => "full",
            Round::Changes => "changes",
        };
        let at = match self.at {
            At::Start => "start",
            At::Next => "next",
            At::Delta => "delta",
        };
        let (url, link) = (text(&self.url), text(&self.link));
        let (authority, client_id) = (text(&self.authority), text(&self.client_id));
        format!(
            "{{\"version\":{VERSION},\"url\":{url},\"authority\":{authority},\
             \"client_id\":{client_id},\"round\":\"{round}\",\"at\":\"{at}\",\"link\":{link}}}\n"
        )
        .into_bytes()
    }

    /// Says what makes it the state of another listing than `other`'s.
    pub(crate) fn differs(&self, other: &Self) -> Option<String> {
        let is_same = |one: &str, two: &str| one.eq_ignore_ascii_case(two);
        let parse = |text: &str| Url::parse(text).ok();
        let (Some(mine), Some(theirs)) = (parse(&self.url), parse(&other.url)) else {
            return Some("names no url".to_owned());
        };
        if mine.origin() != theirs.origin() {
            let (mine, theirs) = (mine.origin(), theirs.origin());
            Some(format!("is of another Graph, {mine}, and not of {theirs}"))
        } else if !is_same(&self.authority, &other.authority) {
            let (mine, theirs) = (&self.authority, &other.authority);
            Some(format!(
                "is of another authority, {mine}, and not of {theirs}"
            ))
        } else if !is_same(&self.client_id, &other.client_id) {
            let (mine, theirs) = (&self.client_id, &other.client_id);
            Some(format!(
                "is of another application, {mine}, and not of {theirs}"
            ))
        } else if mine.path_and_query() != theirs.path_and_query() {
            let (mine, theirs) = (mine.path_and_query(), theirs.path_and_query());
            Some(format!("is of another path, {mine}, and not of {theirs}"))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        State {
            url: "https://graph.microsoft.com/v1.0/users/delta".to_owned(),
            authority: "https://login.microsoftonline.com/contoso.com".to_owned(),
            client_id: "a".to_owned(),
            round: Round::Changes,
            at: At::Delta,
            link: "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=%2B+x".to_owned(),
        }
    }

    #[test]
    fn a_state_is_written_as_documented_and_read_again() {
        let bytes = state().write();
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert_eq!(
            text,
            "{\"version\":1,\"url\":\"https://graph.microsoft.com/v1.0/users/delta\",\
             \"authority\":\"https://login.microsoftonline.com/contoso.com\",\
             \"client_id\":\"a\",\"round\":\"changes\",\"at\":\"delta\",\
             \"link\":\"https://graph.microsoft.com/v1.0/users/delta?$deltatoken=%2B+x\"}\n"
        );
        assert_eq!(State::read(&bytes), Ok(state()));
    }

    #[test]
    fn what_is_no_whole_state_is_damaged() {
        let bytes = state().write();
        for end in 0..bytes.len() - 1 {
            assert!(State::read(&bytes[..end]).is_err(), "{end}");
        }
        let text = String::from_utf8(bytes).unwrap();
        for (from, to) in [
            ("\"version\":1", "\"version\":2"),
            ("\"version\":1", "\"version\":1,\"more\":1"),
            ("\"at\":\"delta\"", "\"at\":\"end\""),
            ("\"client_id\":\"a\",", ""),
        ] {
            assert!(
                State::read(text.replace(from, to).as_bytes()).is_err(),
                "{to}"
            );
        }
    }

    #[test]
    fn what_differs_is_named() {
        let differs = |change: &dyn Fn(&mut State)| {
            let mut other = state();
            change(&mut other);
            let text = state().differs(&other).unwrap_or_default();
            text.split(',').next().unwrap_or_default().to_owned()
        };
        assert_eq!(differs(&|_| ()), "");
        let graph = "is of another Graph";
        assert_eq!(
            differs(&|other| other.url = other.url.replace(".com", ".us")),
            graph
        );
        assert_eq!(
            differs(&|other| other.url.push_str("?$top=1")),
            "is of another path"
        );
        let tenant = "is of another authority";
        assert_eq!(differs(&|other| other.authority.push('x')), tenant);
        assert_eq!(differs(&|other| other.authority.make_ascii_uppercase()), "");
        assert_eq!(
            differs(&|other| other.client_id.push('x')),
            "is of another application"
        );
    }
}
