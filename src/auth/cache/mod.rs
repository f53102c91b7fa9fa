//! The token cache: a file in the schema of MSAL, and what processes share beside it.

pub(crate) mod entry;
pub(crate) mod inventory;
pub(crate) mod store;
pub(crate) mod throttle;
