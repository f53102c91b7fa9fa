//! From Graph to where the content lies.

use crate::error::Error;
use crate::graph::authorized::authorized;
use crate::graph::service::Graph;
use crate::graph::transfer::location::follow;
use crate::http::{self, Answer, Attempts, Origin, Url};

/// How to get there.
#[derive(Debug)]
pub(crate) struct Hops<'h> {
    pub(crate) graph: &'h Graph,
    /// The headers that ask for a part.
    pub(crate) range: &'h [(String, String)],
    /// Whether the content is where it is asked for; else a part is asked for only where a
    /// redirect leads.
    pub(crate) is_direct: bool,
}

/// The first answer that is no redirect.
#[derive(Debug)]
pub(crate) struct Reached {
    pub(crate) answer: Answer,
    pub(crate) origin: Origin,
    /// Whether it is from outside of Graph, or was led to from there.
    pub(crate) is_outside: bool,
}

const MOST: u32 = 5;

impl Hops<'_> {
    /// Follows redirects. Neither the bearer nor the caller's headers go outside, nor to anywhere
    /// that is led to from there.
    pub(crate) fn reach(&self, from: &Url, attempts: &mut Attempts) -> Result<Reached, Error> {
        let mut url = from.clone();
        let mut is_outside = false;
        for hops in 0.. {
            let mut answer = self.ask(&url, hops, is_outside, attempts)?;
            if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
                return Ok(Reached {
                    answer,
                    origin: url.origin().clone(),
                    is_outside,
                });
            }
            let next = next(&url, &answer, hops)?;
            answer.body.drain();
            is_outside |= next.origin() != from.origin();
            url = next;
        }
        Err(Error::protocol("redirects without end"))
    }

    fn ask(
        &self,
        url: &Url,
        hops: u32,
        is_outside: bool,
        attempts: &mut Attempts,
    ) -> Result<Answer, Error> {
        let is_for_part = hops > 0 || self.is_direct;
        let ours = self.graph.headers_and(&[]).into_iter();
        let range = self.range.iter().filter(|_| is_for_part).cloned();
        let headers: Vec<_> = ours.filter(|_| !is_outside).chain(range).collect();
        let request = http::Request {
            headers: &headers,
            is_plain: true,
            is_secret: hops > 0,
            ..http::Request::get(url)
        };
        let client = self.graph.client();
        if is_outside {
            return client.http().send(&request, attempts);
        }
        let reply = authorized(client, &request, attempts)?;
        match reply.answer.status {
            200..400 | 416 => Ok(reply.answer),
            _ => reply.accepted(),
        }
    }
}

/// Where a redirect leads.
fn next(url: &Url, answer: &Answer, hops: u32) -> Result<Url, Error> {
    let status = answer.status;
    let host = url.origin().name();
    let fail = |reason: &str| {
        let text = format!("{host}: a redirect (HTTP {status}) that {reason}: not followed");
        Error::protocol(text).status(status)
    };
    let location = answer.header("location");
    let location = location.ok_or_else(|| fail("leads nowhere"))?;
    let next = follow(url, location).map_err(|reason| fail(&reason))?;
    if hops < MOST {
        Ok(next)
    } else {
        Err(fail("is one too many"))
    }
}
