//! Signals to what the tests start, and how it takes them.

use std::fs;
use std::sync::{Arc, Once};

use rustix::process::{Pid, Signal, kill_process};

pub(super) fn pid(id: u32) -> Pid {
    Pid::from_raw(id.try_into().unwrap()).unwrap()
}

/// Sends a signal, named as `kill` does: `-TERM`.
#[track_caller]
pub fn signal(name: &str, id: u32) {
    let signal = match name {
        "-INT" => Signal::INT,
        "-TERM" => Signal::TERM,
        "-HUP" => Signal::HUP,
        "-STOP" => Signal::STOP,
        "-QUIT" => Signal::QUIT,
        "-CONT" => Signal::CONT,
        "-KILL" => Signal::KILL,
        "-USR1" => Signal::USR1,
        _ => panic!("no signal {name}"),
    };
    kill_process(pid(id), signal).unwrap();
}

/// What the caller of the tests has them ignore (`nohup`, a job in a script's background, a parent
/// in Python) they would hand on to what they start. A signal that is caught is not: it gets its
/// default action in a new program. Caught by nothing, it stays ignored here.
pub(super) fn default_signals() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = u64::from_str_radix(mask.unwrap().trim(), 16).unwrap();
        for number in 1..=31 {
            let is_ignored = mask >> (number - 1) & 1 == 1;
            if is_ignored && !signal_hook::consts::FORBIDDEN.contains(&number) {
                signal_hook::flag::register(number, Arc::default()).unwrap();
            }
        }
    });
}
