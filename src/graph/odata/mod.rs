//! OData as Graph speaks it: paths, query options, errors and what they ask for.

pub(crate) mod error;
pub(crate) mod forbidden;
pub(crate) mod path;
pub(crate) mod permissions;
pub(crate) mod query;
pub(crate) mod resync;
