//! Signals that end the program.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::cli::exit::Exit;

/// Ends at SIGINT and SIGTERM where the kernel would not: the first process of a container has no
/// default action for them.
pub(super) fn obey_as_first_process() {
    if std::process::id() == 1 {
        for signal in [SIGINT, SIGTERM] {
            let always = Arc::new(AtomicBool::new(true));
            let status = Exit::by_signal(signal) as i32;
            // Where no handler can be had, everything else still works.
            let _ = signal_hook::flag::register_conditional_shutdown(signal, status, always);
        }
    }
}

/// Removes a half-written file when a signal ends the program.
pub(super) fn remove_on_exit(path: &Path) {
    static PATHS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
    let mut paths = PATHS.lock().unwrap_or_else(PoisonError::into_inner);
    paths.push(path.to_owned());
    if paths.len() > 1 {
        return;
    }
    let ignored = ignored();
    let obeyed = [SIGHUP, SIGINT, SIGTERM].into_iter();
    let obeyed = obeyed.filter(|signal| ignored >> (signal - 1) & 1 == 0);
    let Ok(mut signals) = signal_hook::iterator::Signals::new(obeyed) else {
        return;
    };
    // A thread, because the work may be waiting in the kernel just then. Without one, a signal
    // would not end the program at all, so the handlers go with it.
    let handle = signals.handle();
    let watch = move || {
        if let Some(signal) = signals.forever().next() {
            for path in PATHS.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                let _ = std::fs::remove_file(path);
            }
            let _ = signal_hook::low_level::emulate_default_handler(signal);
            // The first process of a container is still here.
            std::process::exit(Exit::by_signal(signal) as i32);
        }
    };
    if thread::Builder::new().spawn(watch).is_err() {
        handle.close();
    }
}

/// The signals that whoever started the program had it ignore, as nohup does with SIGHUP: a bit
/// each, from 1 (proc_pid_status(5)).
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}
