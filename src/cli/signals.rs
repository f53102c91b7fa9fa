//! Signals that end the program.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::cli::exit::Exit;

/// How long a step may go on after a signal.
const PATIENCE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(50);

/// Whether a signal ends the first process of a container at once.
static AT_ONCE: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));

/// Ends at SIGINT and SIGTERM where the kernel would not: the first process of a container has no
/// default action for them.
pub(super) fn obey_as_first_process() {
    if std::process::id() == 1 {
        for signal in [SIGINT, SIGTERM] {
            let status = Exit::by_signal(signal) as i32;
            let at_once = Arc::clone(&AT_ONCE);
            // Where no handler can be had, everything else still works.
            let _ = signal_hook::flag::register_conditional_shutdown(signal, status, at_once);
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
    let Some(mut signals) = obeyed() else {
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
            end(signal);
        }
    };
    if thread::Builder::new().spawn(watch).is_err() {
        handle.close();
    }
}

/// Work that a signal ends between two steps: within one only when that takes too long, or at a
/// second signal.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps(Arc<(Mutex<Step>, Condvar)>);

#[derive(Debug, Default)]
struct Step {
    is_begun: bool,
    signal: Option<i32>,
}

impl Steps {
    /// Obeys signals in this way from now on.
    pub(super) fn obey(&self) {
        let Some(mut signals) = obeyed() else {
            return;
        };
        let handle = signals.handle();
        let steps = self.clone();
        // A thread, because between two steps the work waits in the kernel.
        let watch = move || {
            if let Some(signal) = signals.forever().next() {
                steps.end_soon(signal, &mut || signals.pending().next());
            }
        };
        match thread::Builder::new().spawn(watch) {
            Ok(_) => AT_ONCE.store(false, Ordering::Relaxed),
            Err(_) => handle.close(),
        }
    }

    /// Ends the program as soon as no step is under way; at once when another signal comes.
    fn end_soon(&self, signal: i32, another: &mut dyn FnMut() -> Option<i32>) {
        let mut step = self.step();
        step.signal = Some(signal);
        let start = Instant::now();
        while step.is_begun && start.elapsed() < PATIENCE {
            if let Some(signal) = another() {
                end(signal);
            }
            // It is not told of the end of the step, which is the end of the program.
            let waited = self.0.1.wait_timeout(step, POLL);
            (step, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        end(signal)
    }

    /// A step begins, if none is under way.
    pub(super) fn begin(&self) {
        self.step().is_begun = true;
    }

    /// The step has ended, and with it the program if there was a signal.
    pub(super) fn end(&self) {
        let mut step = self.step();
        if let Some(signal) = step.signal {
            end(signal);
        }
        step.is_begun = false;
    }

    fn step(&self) -> MutexGuard<'_, Step> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The signals that end the program, caught.
fn obeyed() -> Option<Signals> {
    let ignored = ignored();
    let obeyed = [SIGHUP, SIGINT, SIGTERM].into_iter();
    Signals::new(obeyed.filter(|signal| ignored >> (signal - 1) & 1 == 0)).ok()
}

/// Ends the program as the signal would have.
fn end(signal: i32) -> ! {
    // The first process of a container cannot be ended by a signal of its own.
    if std::process::id() != 1 {
        let _ = signal_hook::low_level::emulate_default_handler(signal);
    }
    std::process::exit(Exit::by_signal(signal) as i32)
}

/// The signals that whoever started the program had it ignore, as nohup does with SIGHUP: a bit
/// each, from 1 (proc_pid_status(5)).
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}
