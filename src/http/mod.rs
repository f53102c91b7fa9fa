//! The one door to the network: the only folder that opens sockets, sleeps and knows ureq.

mod body;
mod connect;
mod fault;
mod proxy;
mod retry;
mod roots;
mod transport;
mod url;

pub(crate) use body::Body;
pub(crate) use fault::Fault;
pub(crate) use retry::{Attempts, Failure};
pub use transport::Network;
pub(crate) use transport::{Answer, Http, Request};
pub(crate) use url::Url;
