//! Nothing that the tests start runs for ever.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Signal, kill_process};

use crate::support::signals::pid;

/// Kills a process, and those that it started, when its time is up.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) line: String,
    limit: Duration,
    /// Dropped when there is nothing to watch any more.
    stop: Option<Sender<()>>,
    has_killed: Arc<AtomicBool>,
    /// Held while it kills: nobody takes the process away under it.
    killing: Arc<Mutex<()>>,
}

impl Watch {
    pub(super) fn start(id: u32, line: String, limit: Duration) -> Self {
        let (stop, stopped) = mpsc::channel();
        let watch = Self {
            line,
            limit,
            stop: Some(stop),
            has_killed: Arc::default(),
            killing: Arc::default(),
        };
        let (line, has_killed) = (watch.line.clone(), watch.has_killed.clone());
        let killing = watch.killing.clone();
        thread::spawn(move || {
            if stopped.recv_timeout(limit) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let _guard = killing.lock();
            if stopped.try_recv() == Err(mpsc::TryRecvError::Empty) {
                has_killed.store(true, Ordering::Relaxed);
                eprintln!("killed after {limit:?}: {line}");
                kill_family(id);
            }
        });
        watch
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.is_none()
    }

    /// Fails the test if the process was killed.
    #[track_caller]
    pub(super) fn stop(&mut self) {
        let guard = self.killing.lock().unwrap_or_else(PoisonError::into_inner);
        self.stop = None;
        drop(guard);
        let hung = self.has_killed.load(Ordering::Relaxed);
        assert!(!hung, "it still ran after {:?}: {}", self.limit, self.line);
    }
}

/// Kills a process and all that it started, the latter first.
pub(super) fn kill_family(id: u32) {
    // Stopped, it starts no more.
    let _ = kill_process(pid(id), Signal::STOP);
    // A child belongs to the thread that started it.
    for thread in fs::read_dir(format!("/proc/{id}/task"))
        .into_iter()
        .flatten()
    {
        let children = fs::read_to_string(thread.unwrap().path().join("children"));
        for child in children.unwrap_or_default().split_whitespace() {
            kill_family(child.parse().unwrap());
        }
    }
    let _ = kill_process(pid(id), Signal::KILL);
}
