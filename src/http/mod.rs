//! The one door to the network: the only folder that opens sockets, sleeps and knows ureq.

mod body;
#[cfg(feature = "cli")]
mod bounded;
mod connect;
mod content;
mod crypto;
mod framing;
mod gunzip;
mod message;
mod network;
mod pace;
#[cfg(feature = "cli")]
mod peer;
#[cfg(feature = "cli")]
mod probe;
mod proxy;
mod resolver;
mod retry;
mod roots;
mod socket;
mod transport;
mod transport_error;
mod url;

pub(crate) use body::Body;
#[cfg(feature = "cli")]
pub(crate) use content::Part;
pub(crate) use content::{Content, Stream};
pub(crate) use message::{Repeats, Request, guid};
pub use network::Network;
#[cfg(feature = "cli")]
pub(crate) use peer::certificates;
#[cfg(feature = "cli")]
pub(crate) use probe::{RouteReport, roots, roots_of_strangers, way};
#[cfg(feature = "cli")]
pub(crate) use retry::in_seconds;
#[cfg(feature = "cli")]
pub(crate) use retry::retry_after;
pub(crate) use retry::{Attempts, Failure};
pub(crate) use transport::{Failed, Http, PendingResponse, Response};
pub(crate) use transport_error::TransportError;
pub(crate) use url::{Origin, Url};
