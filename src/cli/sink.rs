//! Where the data goes: stdout, or a file that is replaced when all is there.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::os::fd::AsFd as _;
use std::path::Path;

use crate::cli::exit::Failure;
use crate::cli::screen::Screen;
use crate::error::Error;
use crate::fs::{self, Replacement, cause, shown};

/// A buffered output whose every failure is seen.
#[derive(Debug)]
pub(crate) struct Sink {
    output: BufWriter<Output>,
    name: String,
    is_terminal: bool,
}

#[derive(Debug)]
enum Output {
    Direct(File),
    Terminal(File, Screen),
    Whole(Replacement),
}

const BUFFER: usize = 64 * 1024;

impl Sink {
    /// Standard output, without the line buffer of std.
    pub(crate) fn stdout() -> Result<Self, Failure> {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        let file = stdout.as_fd().try_clone_to_owned().map(File::from);
        let file = file.map_err(|error| failed("stdout", &error))?;
        Ok(Self::direct(file, "stdout".to_owned(), is_terminal))
    }

    /// A file; `-` is stdout. What is no regular file, such as `/dev/null`, is written directly.
    pub(crate) fn file(path: &Path) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Self::stdout();
        }
        let name = shown(path);
        match opened(path)? {
            fs::Output::Stream(stream) => Ok(Self::stream(stream, name)),
            fs::Output::File(file) => {
                let replacement = file.replace().map_err(|error| failed(&name, &error))?;
                Ok(Self::new(Output::Whole(replacement), name, false))
            }
        }
    }

    /// A device, a pipe or an inherited descriptor.
    pub(crate) fn stream(stream: File, name: String) -> Self {
        let is_terminal = stream.is_terminal();
        Self::direct(stream, name, is_terminal)
    }

    fn direct(file: File, name: String, is_terminal: bool) -> Self {
        let output = if is_terminal {
            Output::Terminal(file, Screen::default())
        } else {
            Output::Direct(file)
        };
        Self::new(output, name, is_terminal)
    }

    fn new(output: Output, name: String, is_terminal: bool) -> Self {
        Self {
            output: BufWriter::with_capacity(BUFFER, output),
            name,
            is_terminal,
        }
    }

    /// Whether a person reads along.
    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Whether what was written is lost when the work does not end well.
    pub(crate) fn is_all_or_nothing(&self) -> bool {
        matches!(self.output.get_ref(), Output::Whole(_))
    }

    /// The name of the file that is replaced only when the work ends well.
    pub(crate) fn file_name(&self) -> Option<&str> {
        self.is_all_or_nothing().then_some(&self.name)
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.output
            .write_all(bytes)
            .map_err(|error| failed(&self.name, &error))
    }

    /// Passes on what is buffered.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.output
            .flush()
            .map_err(|error| failed(&self.name, &error))
    }

    /// A failure to write here.
    pub(crate) fn failed(&self, error: &io::Error) -> Failure {
        failed(&self.name, error)
    }

    /// Writes the rest, and puts a file in its place.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.flush()?;
        let name = self.name;
        let output = self
            .output
            .into_inner()
            .map_err(|error| failed(&name, error.error()))?;
        match output {
            Output::Direct(_) => Ok(()),
            Output::Terminal(mut file, screen) => {
                let written = file.write_all(screen.finish().as_bytes());
                written.map_err(|error| failed(&name, &error))
            }
            Output::Whole(replacement) => {
                replacement.commit().map_err(|error| failed(&name, &error))
            }
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Direct(file) => file.write(bytes),
            Self::Terminal(file, screen) => {
                file.write_all(screen.show(bytes).as_bytes())?;
                Ok(bytes.len())
            }
            Self::Whole(replacement) => replacement.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Direct(file) | Self::Terminal(file, _) => file.flush(),
            Self::Whole(replacement) => replacement.flush(),
        }
    }
}

/// What the path of `-O` stands for.
pub(crate) fn opened(path: &Path) -> Result<fs::Output, Failure> {
    fs::output(path).map_err(|error| {
        let name = shown(path);
        let cause = cause(&error);
        match error.kind() {
            io::ErrorKind::IsADirectory => Error::local(format!("{name}: {cause}")).into(),
            _ if cause == "is a block device" => Error::local(format!("{name}: {cause}"))
                .hint("use -O -, and dd with conv=fsync")
                .into(),
            _ => failed(&name, &error),
        }
    })
}

/// A failure to write, as the program tells it.
pub(crate) fn failed(name: &str, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::ReaderLeft;
    }
    Failure::Error(Error::local(format!(
        "{name}: not written: {}",
        cause(error)
    )))
}
