//! What ends the program whatever its threads do: a signal, or the end of its time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;

use crate::cli::exit::Exit;
use crate::fs;

/// How long the work may go on after the first signal: the promise is 10 s.
const PATIENCE: Duration = Duration::from_secs(9);
/// How long it may go on after the time of `--max-time`, so that it ends by itself and says where
/// it was; how long after that, and how long the end may take. The promise is a second.
const GRACE: Duration = Duration::from_millis(300);

/// Whether a signal ends the program in its handler, whatever the threads do: before there is
/// anything to finish, and at the second signal.
static AT_ONCE: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));

/// Whether a signal has come, and the program ends as soon as it can.
static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// Whether a step is under way, which is finished before the first signal ends the program.
static IS_STEP: Mutex<bool> = Mutex::new(false);
static STEP_ENDED: Condvar = Condvar::new();

/// Ends at SIGINT and SIGTERM where the kernel would not: the first process of a container has no
/// default action for them. Before a temporary file is made, signals are caught to remove it.
pub(crate) fn prepare() {
    fs::before_first(obey);
    if is_first_process() {
        for signal in [SIGINT, SIGTERM] {
            // Where no handler can be had, everything else still works.
            let _ = end_at_once_at(signal);
        }
    }
}

/// Work that a signal ends between two steps: within one only when that takes too long, or at a
/// second signal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steps;

impl Steps {
    /// Obeys signals in this way from now on.
    pub(crate) fn obey(self) {
        obey();
    }

    /// A step begins, if none is under way.
    pub(crate) fn begin(self) {
        *is_step() = true;
    }

    /// The step has ended, and with it the program if there was a signal.
    pub(crate) fn end(self) {
        *is_step() = false;
        STEP_ENDED.notify_all();
        while IS_ENDING.load(Ordering::SeqCst) {
            thread::park();
        }
    }
}

/// Catches the signals that end the program, so that the first of them lets it finish.
fn obey() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let ignored = ignored();
        let obeyed = [SIGHUP, SIGINT, SIGTERM].into_iter();
        let obeyed = obeyed.filter(|signal| ignored >> (signal - 1) & 1 == 0);
        let Ok(mut signals) = Signals::new(obeyed.clone()) else {
            return;
        };
        // A thread, because the work may be waiting in the kernel when the signal comes.
        let watch = move || {
            if let Some(signal) = signals.forever().next() {
                finish(PATIENCE, move || end(signal));
                end(signal);
            }
        };
        AT_ONCE.store(false, Ordering::SeqCst);
        if thread::Builder::new().spawn(watch).is_err() {
            AT_ONCE.store(true, Ordering::SeqCst);
        }
        for signal in obeyed {
            // In this order: the second signal finds what the first has set.
            let _ = end_at_once_at(signal);
            let _ = flag::register(signal, Arc::clone(&AT_ONCE));
        }
    });
}

fn end_at_once_at(signal: i32) -> std::io::Result<signal_hook::SigId> {
    let at_once = Arc::clone(&AT_ONCE);
    if is_first_process() {
        let status = Exit::by_signal(signal) as i32;
        flag::register_conditional_shutdown(signal, status, at_once)
    } else {
        flag::register_conditional_default(signal, at_once)
    }
}

/// Ends the program soon after this time, whatever it waits for: a reader of stdout that does not
/// read, a writer of stdin that does not write, a file system that is gone. `say` says why.
pub(crate) fn end_after(time: Duration, say: impl FnOnce() + Send + 'static) {
    let watch = move || {
        wait(time.saturating_add(GRACE));
        finish(GRACE, move || {
            say();
            signal_hook::low_level::exit(Exit::Unavailable as i32)
        });
        signal_hook::low_level::exit(Exit::Unavailable as i32)
    };
    // Without a thread the time of the network is bounded all the same.
    let _ = thread::Builder::new().spawn(watch);
}

/// Removes the temporary files when the step under way has ended, or after `patience`, and ends
/// the program by `last`; returns where even that takes too long.
fn finish(patience: Duration, last: impl FnOnce() + Send + 'static) {
    IS_ENDING.store(true, Ordering::SeqCst);
    // In a thread of its own, which may wait for another, or for a file system that is gone.
    let finish = thread::Builder::new().spawn(move || {
        // No other step begins while this one holds the lock.
        let _step = STEP_ENDED.wait_timeout_while(is_step(), patience, |is_step| *is_step);
        fs::remove_all();
        last();
    });
    if finish.is_ok() {
        wait(patience + GRACE);
    }
}

fn wait(time: Duration) {
    let start = Instant::now();
    while let Some(left) = time.checked_sub(start.elapsed()) {
        thread::park_timeout(left);
    }
}

/// Ends the program as the signal would have.
fn end(signal: i32) -> ! {
    if !is_first_process() {
        let _ = signal_hook::low_level::emulate_default_handler(signal);
    }
    // Without what std does at the end: another thread may hold its locks.
    signal_hook::low_level::exit(Exit::by_signal(signal) as i32)
}

fn is_first_process() -> bool {
    std::process::id() == 1
}

fn is_step() -> MutexGuard<'static, bool> {
    IS_STEP.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The signals that whoever started the program had it ignore, as nohup does with SIGHUP: a bit
/// each, from 1 (proc_pid_status(5)).
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}
