//! A GET that goes out on a thread of its own while its caller has other things to do.

use std::thread::{Builder, JoinHandle};

use crate::http::message::Request;
use crate::http::transport::exchange::Sent;
use crate::http::transport::{Http, Response};
use crate::http::transport_error::TransportError;

/// A request under way. Its thread ends with the head of the response; of the body no more is held
/// than fits in the buffer of a connection, the rest waits in the sockets of both sides.
#[derive(Debug)]
pub(crate) struct PendingResponse(JoinHandle<Result<Sent, TransportError>>);

/// A handshake takes 40 kB, and 130 without optimisation; how much a look-up of names takes is up to
/// the modules of the C library.
const STACK: usize = 512 * 1024;

impl Http {
    /// Sends a GET, once. `None` where no thread can be had, or where it cannot leave: whoever
    /// sends it in the usual way will hear why.
    pub(crate) fn send_ahead(&self, request: &Request<'_>) -> Option<PendingResponse> {
        let ready = self.ready(request).ok()?;
        let url = request.url.clone();
        let headers = request.headers.to_owned();
        let bearer = request.bearer.cloned();
        let thread = Builder::new().stack_size(STACK).spawn(move || {
            ready.send(&Request {
                headers: &headers,
                bearer: bearer.as_ref(),
                ..Request::get(&url)
            })
        });
        thread.ok().map(PendingResponse)
    }

    /// The response that a prefetched request has come to; `None` where its thread panicked, so that
    /// nothing was sent that counts.
    pub(crate) fn arrived(
        &self,
        flight: PendingResponse,
        request: &Request<'_>,
    ) -> Option<Result<Response, TransportError>> {
        let outcome = flight.0.join().ok()?;
        Some(outcome.and_then(|sent| self.receive(request, sent)))
    }
}
