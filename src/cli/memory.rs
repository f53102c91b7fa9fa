//! What is in the memory of the program is nobody else's business.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Keeps secrets and tokens out of core dumps, and other processes of the user out of the memory.
pub(crate) fn protect() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Neither is needed for the work, and where a sandbox forbids them it may forbid a message too.
    let _ = setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
