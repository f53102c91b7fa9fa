//! Lines on stdout: whole ones only, and on the disk when it matters.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::{AsFd as _, AsRawFd as _};

use rustix::fs::OFlags;

use crate::cli::console::Console;
use crate::cli::exit::Failure;
use crate::cli::screen::Screen;
use crate::cli::sink::failed;
use crate::fs::cause;
use crate::log::Notice;

/// Standard output, to which whole lines go.
#[derive(Debug)]
pub(crate) struct Lines {
    file: File,
    /// Lines that are not written yet.
    buffer: Vec<u8>,
    is_regular: bool,
    /// Whether there is something in it already.
    has_earlier: bool,
    /// Whether something was written that may not be on the disk yet.
    is_pending: bool,
    is_terminal: bool,
}

const BUFFER: usize = 64 * 1024;
/// How far back the last line end is looked for.
const LONGEST: u64 = 64 << 20;

impl Lines {
    /// Takes stdout. If that is a file which a killed run has left within a line, the piece is
    /// cut off: its item comes again.
    pub(crate) fn stdout(console: &Console) -> Result<Self, Failure> {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        let fail = |error: io::Error| failed("stdout", &error);
        let file = stdout.as_fd().try_clone_to_owned().map_err(fail)?;
        let mut file = File::from(file);
        let is_regular = file.metadata().map_err(fail)?.is_file();
        if is_regular && let Some(tail) = open_end(&mut file, console).map_err(fail)? {
            mend(&mut file, &tail, console).map_err(fail)?;
        }
        let has_earlier = is_regular && file.metadata().map_err(fail)?.len() > 0;
        Ok(Self {
            file,
            buffer: Vec::new(),
            is_regular,
            has_earlier,
            is_pending: false,
            is_terminal,
        })
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Whether it is a file with lines of an earlier run, or of somebody else.
    pub(crate) fn has_earlier(&self) -> bool {
        self.has_earlier
    }

    /// Adds a line.
    pub(crate) fn put(&mut self, line: &[u8]) -> Result<(), Failure> {
        self.buffer.extend_from_slice(line);
        self.buffer.push(b'\n');
        if self.buffer.len() >= BUFFER {
            self.write()?;
        }
        Ok(())
    }

    /// Has all lines reach whoever reads them: a file's disk, or what is behind a pipe.
    pub(crate) fn sync(&mut self) -> Result<(), Failure> {
        if !self.buffer.is_empty() {
            self.write()?;
        }
        if self.is_regular && self.is_pending {
            let synced = self.file.sync_data();
            synced.map_err(|error| failed("stdout", &error))?;
        }
        self.is_pending = false;
        Ok(())
    }

    fn write(&mut self) -> Result<(), Failure> {
        let written = if self.is_terminal {
            // These are whole lines, so that nothing is left of them.
            let shown = Screen::default().show(&self.buffer);
            self.file.write_all(shown.as_bytes())
        } else {
            self.file.write_all(&self.buffer)
        };
        self.buffer.clear();
        self.is_pending = true;
        written.map_err(|error| failed("stdout", &error))
    }
}

/// The line without an end that a file ends with, if writing goes on behind it.
fn open_end(file: &mut File, console: &Console) -> io::Result<Option<Vec<u8>>> {
    let length = file.metadata()?.len();
    if length == 0 || !is_append(file)? && file.stream_position()? != length {
        return Ok(None);
    }
    // What is open for writing is opened again for reading.
    let reader = File::open(format!("/proc/self/fd/{}", file.as_raw_fd()));
    match reader.and_then(|mut reader| last_line(&mut reader, length)) {
        Ok(tail) => Ok(Some(tail).filter(|tail| !tail.is_empty())),
        Err(error) => {
            let cause = cause(&error);
            let text = format!("stdout: a torn line at its end would not be seen: {cause}");
            console.log(&Notice::Warning(&text));
            Ok(None)
        }
    }
}

/// Has the file end with a whole line: a piece of an object is cut off, because its item comes
/// again; anything else is not ours, and gets the line end that it lacks.
fn mend(file: &mut File, tail: &[u8], console: &Console) -> io::Result<()> {
    let is_whole = serde_json::from_slice::<serde_json::Value>(tail).is_ok();
    if is_whole || !tail.starts_with(b"{") {
        return file.write_all(b"\n");
    }
    let cut = tail.len() as u64;
    file.set_len(file.metadata()?.len() - cut)?;
    if !is_append(file)? {
        file.seek(SeekFrom::End(0))?;
    }
    console.note(&format!(
        "stdout: the torn line at its end was cut off ({cut} bytes): its item comes again"
    ));
    Ok(())
}

fn is_append(file: &File) -> io::Result<bool> {
    Ok(rustix::fs::fcntl_getfl(file)?.contains(OFlags::APPEND))
}

/// What follows the last line end of a file of this length.
fn last_line(file: &mut File, length: u64) -> io::Result<Vec<u8>> {
    let mut size = BUFFER as u64;
    loop {
        let start = length.saturating_sub(size);
        file.seek(SeekFrom::Start(start))?;
        let mut tail = Vec::new();
        file.take(length - start).read_to_end(&mut tail)?;
        if let Some(at) = tail.iter().rposition(|byte| *byte == b'\n') {
            return Ok(tail.split_off(at + 1));
        }
        if start == 0 {
            return Ok(tail);
        }
        if size > LONGEST {
            return Err(io::Error::other("its last line is too long"));
        }
        size *= 8;
    }
}
