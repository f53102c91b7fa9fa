//! Questions on the terminal, and their answers.

use std::io::{self, IsTerminal as _, Read as _, Write as _};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::cli::exit::{Exit, Failure};
use crate::error::{Error, printable};
use crate::parameters::Auth;
use crate::secret::Secret;

/// Somebody who can be asked.
#[derive(Debug)]
pub(crate) struct Terminal(());

impl Terminal {
    /// Where questions are seen and answers are typed.
    pub(crate) fn find() -> Option<Self> {
        (io::stdin().is_terminal() && io::stderr().is_terminal()).then_some(Self(()))
    }

    /// Asks until the answer is one; an empty one is the default if there is one.
    pub(crate) fn line(
        &self,
        question: &str,
        default: &str,
        objection: impl Fn(&str) -> Option<&'static str>,
    ) -> Result<String, Failure> {
        loop {
            let hint = match default {
                "" => String::new(),
                default => format!(" [{default}]"),
            };
            show(&format!("{question}{hint}: "));
            let mut line = String::new();
            let read = io::stdin().read_line(&mut line);
            let read = read.map_err(|_| Error::parameters("the input is not UTF-8"))?;
            if read == 0 {
                show("\n");
                return Err(unanswered());
            }
            let answer = match line.trim() {
                "" => default,
                answer => answer,
            };
            match objection(answer) {
                None => return Ok(answer.to_owned()),
                Some(objection) => show(&format!("{}: {objection}\n", printable(answer))),
            }
        }
    }

    /// Which kind of credential it is.
    pub(crate) fn kind(&self) -> Result<Auth, Failure> {
        const KINDS: [Auth; 4] = [
            Auth::Secret,
            Auth::Certificate,
            Auth::ManagedIdentity,
            Auth::Federated,
        ];
        show(
            "How does the application prove its identity?\n  \
               1 secret            a client secret\n  \
               2 certificate       a certificate and its private key\n  \
               3 managed-identity  that of this Azure machine\n  \
               4 federated         a token file, as Kubernetes mounts it\n",
        );
        let find = |answer: &str| {
            let is_it =
                |(at, auth): &(usize, &Auth)| answer == auth.name() || answer.parse() == Ok(at + 1);
            KINDS.iter().enumerate().find(is_it).map(|(_, auth)| *auth)
        };
        let objection = |answer: &str| match find(answer) {
            Some(_) => None,
            None => Some("type a number from 1 to 4"),
        };
        let answer = self.line("Number", "1", objection)?;
        find(&answer).ok_or_else(unanswered)
    }

    /// Reads a line that the terminal does not show. Keys are read one by one meanwhile, those that
    /// would end the program too: it must not leave a terminal that shows nothing.
    pub(crate) fn secret(&self, question: &str) -> Result<Secret, Failure> {
        show(&format!("{question}: "));
        let silent = Silent::begin()?;
        let typed = read_keys();
        drop(silent);
        show("\n");
        typed.map(|typed| Secret::new(typed.as_str()))
    }
}

fn read_keys() -> Result<Zeroizing<String>, Failure> {
    const MAX: usize = 4096;
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX));
    let stdin = io::stdin().lock();
    for byte in stdin.bytes() {
        match byte.map_err(|_| unanswered())? {
            b'\r' | b'\n' => break,
            3 => return Err(Failure::Reported(Exit::Interrupted)),
            4 => return Err(unanswered()),
            8 | 0x7f => drop(bytes.pop()),
            // Ctrl-U takes back all.
            0x15 => bytes.clear(),
            byte if bytes.len() < MAX => bytes.push(byte),
            _ => return Err(Error::parameters("the secret is too long").into()),
        }
    }
    let text = std::str::from_utf8(&bytes).map(str::to_owned);
    let text = text.map_err(|_| Error::parameters("the secret is not UTF-8"))?;
    Ok(Zeroizing::new(text))
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct Silent(Termios);

impl Silent {
    fn begin() -> Result<Self, Error> {
        let fail = |_| {
            Error::local("the terminal cannot hide what is typed")
                .hint("put the secret into a file: --secret-file FILE")
        };
        let before = tcgetattr(io::stdin()).map_err(fail)?;
        let mut silent = before.clone();
        silent
            .local_modes
            .remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(io::stdin(), OptionalActions::Now, &silent).map_err(fail)?;
        Ok(Self(before))
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

fn unanswered() -> Failure {
    Error::parameters("init: a question was not answered; nothing was written").into()
}

fn show(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
