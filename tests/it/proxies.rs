//! Which proxy a request goes through, and that it goes nowhere else.

mod answers;
mod choice;
pub mod connect;
