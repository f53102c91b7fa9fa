//! A request for content, followed to where the content is.

use crate::error::Error;
use crate::graph::call::Call;
use crate::graph::redirect::RedirectFollower;
use crate::graph::service::Graph;
use crate::http::{self, Origin, Response, Url};

/// A request for content, or for the rest of it.
#[derive(Debug)]
pub(crate) struct ContentRequest<'r> {
    pub(crate) graph: &'r Graph,
    /// The headers that ask for a part.
    pub(crate) range: &'r [(String, String)],
    /// Whether the content is where it is asked for; else a part is asked for only where a
    /// redirect leads.
    pub(crate) is_direct: bool,
}

/// The first response that is no redirect.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) response: Response,
    pub(crate) origin: Origin,
    /// Whether the redirects have left Graph.
    pub(crate) is_outside: bool,
}

impl ContentRequest<'_> {
    /// Sends it, and follows redirects.
    pub(crate) fn send(&self, url: &Url, call: &mut Call<'_>) -> Result<Found, Error> {
        let graph = self.graph.root()?.origin();
        let mut follower = RedirectFollower::new(graph, url.clone());
        loop {
            let mut response = self.ask(&follower, call)?;
            let origin = follower.url().origin().clone();
            if !follower.follow(&response)? {
                return Ok(Found {
                    response,
                    origin,
                    is_outside: follower.has_left_graph(),
                });
            }
            response.body.drain();
        }
    }

    fn ask(&self, follower: &RedirectFollower, call: &mut Call<'_>) -> Result<Response, Error> {
        let is_outside = follower.has_left_graph();
        let is_for_part = follower.is_redirected() || self.is_direct;
        let ours = self.graph.headers_and(&[]).into_iter();
        let range = self.range.iter().filter(|_| is_for_part).cloned();
        let headers: Vec<_> = ours.filter(|_| !is_outside).chain(range).collect();
        let request = http::Request {
            headers: &headers,
            is_plain: true,
            is_secret: follower.is_redirected(),
            ..http::Request::get(follower.url())
        };
        if is_outside {
            return call.send_bare(&request);
        }
        let reply = call.send(&request)?;
        match reply.response.status {
            200..400 | 416 => Ok(reply.response),
            _ => reply.accepted(),
        }
    }
}
