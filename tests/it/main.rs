//! The built program against a tenant on loopback: what it prints, how it ends, what it asks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "in a test a panic is the report, and what was not tested is told"
)]
#![allow(
    unreachable_pub,
    missing_debug_implementations,
    reason = "the tools of the tests are public to one program"
)]

// First: its macros are for all that follow.
#[macro_use]
mod support;

mod bad_input;
mod batch;
mod cache;
mod certificates;
mod commands_cache;
mod commands_check;
mod commands_token;
mod delta;
mod discovery;
mod echoes;
mod faults;
mod federated;
mod harness;
mod help;
mod init;
mod library;
mod managed_identity;
mod merge;
mod output;
mod pages;
mod permissions;
#[cfg(feature = "pfx")]
mod pfx;
mod progress;
mod proxies;
mod queries;
mod quickstart;
mod readme;
mod recipes;
mod request;
mod resume;
mod samples;
mod scale;
mod signals;
mod sizes;
mod tenant;
mod throttle;
mod tls;
mod token;
mod transfer;
mod which;
