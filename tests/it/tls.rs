//! Whom the program trusts, and how it says that it does not.

mod handshakes;
mod roots;
pub mod server;
