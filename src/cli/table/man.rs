//! The man page, made from the table: `packaging/mgd.1` must be what this makes of it
//! (`MGD_UPDATE=1 cargo test man_page` writes it).

use std::fmt::Write as _;
use std::path::Path;

use crate::cli::table::commands::COMMANDS;
use crate::cli::table::topics::TOPICS;
use crate::cli::table::{Command, Opt, Section};

const FRONT: &str = r#".\" Made from the table of commands and options; do not edit.
.Dd November 25, 2026
.Dt MGD 1
.Os
.Sh NAME
.Nm mgd
.Nd Microsoft Graph for daemons and shell scripts
.Sh SYNOPSIS
.Nm
.Op Ar parameters.json
.Ar command
.Op Ar options
.Op Ar operands
.Sh DESCRIPTION
.Nm
proves an application's own identity to Microsoft Entra ID (client secret,
certificate, federated token or managed identity), calls Microsoft Graph,
follows every page and writes JSON.
.Pp
An operand before the command that ends in
.Pa .json
or holds a slash is the parameters file; without a command, the endpoint in it
is listed.
Data is written to the standard output, everything else to the standard error.
.Sh COMMANDS
"#;

const FILES: &str = r#".Sh FILES
.Bl -tag -width Ds
.It Pa parameters.json
The parameters file.
It must not be readable by others if it holds a secret.
.It Pa ~/.cache/mgd/msal_token_cache.json
The token cache, in the schema of MSAL; readable by its owner alone.
.It Pa FILE.part , FILE.part.json
A download that is not whole, and what it is a part of.
.El
"#;

const SEE_ALSO: &str = r#".Sh SEE ALSO
.Xr curl 1 ,
.Xr jq 1
.Pp
.Lk https://learn.microsoft.com/graph/ "Microsoft Graph"
"#;

/// A text with nothing in it that roff would take for its own.
pub(super) fn plain(text: &str) -> String {
    let text = text
        .replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('\'', "\\(aq")
        .replace('·', "\\(pc")
        .replace('…', "...");
    match text.starts_with(['.', '"']) {
        true => format!("\\&{text}"),
        false => text,
    }
}

/// A text in lines that are not too long.
fn put(page: &mut String, text: &str) {
    let mut line = String::new();
    for word in text.split(' ') {
        // A sentence begins a line.
        let is_full = line.len() + 1 + word.len() > 78 || line.ends_with('.');
        if !line.is_empty() && is_full {
            let _ = writeln!(page, "{}", plain(&line));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(page, "{}", plain(&line));
}

fn option(page: &mut String, option: &Opt) {
    let short = option.short.map(|short| format!("Fl {short} , "));
    let value = match option.value {
        "" => String::new(),
        value => format!(" Ar {}", plain(value)),
    };
    let long = plain(option.long.trim_start_matches("--"));
    let short = short.unwrap_or_default();
    let _ = writeln!(page, ".It {short}Fl \\-{long}{value}");
    put(page, option.about);
    if !option.variable.is_empty() {
        let _ = writeln!(
            page,
            "The variable\n.Ev {}\nstands in for it.",
            option.variable
        );
    }
}

fn options<'o>(page: &mut String, all: impl Iterator<Item = &'o Opt>) {
    let mut all = all.peekable();
    if all.peek().is_some() {
        page.push_str(".Bl -tag -width Ds\n");
        all.for_each(|it| option(page, it));
        page.push_str(".El\n");
    }
}

fn command(page: &mut String, command: &Command) {
    let _ = writeln!(page, ".Ss {}", plain(command.name));
    let _ = writeln!(page, "{}.", plain(command.about));
    let usage = format!("{} {}", command.name, command.usage);
    let _ = writeln!(page, ".Pp\n.Dl mgd {}", plain(usage.trim_end()));
    for (name, about) in command.operands {
        let _ = writeln!(page, ".Pp\n.Ar {name} :");
        put(page, &format!("{about}."));
    }
    if !command.notes.is_empty() {
        page.push_str(".Pp\n");
    }
    if !command.notes.is_empty() {
        put(page, &command.notes.join(" "));
    }
    options(page, command.own.iter());
}

pub(super) fn page() -> String {
    let mut page = FRONT.to_owned();
    COMMANDS.iter().for_each(|it| command(&mut page, it));
    page.push_str(".Sh OPTIONS\nThese options belong to more than one command.\n");
    let get = Command::named("get").unwrap();
    for (section, heading) in Section::HEADINGS {
        let own = |it: &&Opt| get.own.iter().any(|own| own.long == it.long);
        let here: Vec<_> = get
            .options()
            .filter(|it| it.section == section && !own(it))
            .collect();
        if !here.is_empty() {
            let _ = writeln!(page, ".Ss {heading}");
            options(&mut page, here.into_iter());
        }
    }
    topic(&mut page, "ENVIRONMENT", "environment");
    page.push_str(FILES);
    topic(&mut page, "EXIT STATUS", "exit-codes");
    page.push_str(".Sh EXAMPLES\n");
    for command in COMMANDS.iter().filter(|it| it.groups != 0) {
        let about = plain(command.about);
        let _ = writeln!(page, "{about}:\n.Bd -literal -offset indent");
        for example in command.examples {
            let _ = writeln!(page, "{}", plain(example));
        }
        page.push_str(".Ed\n.Pp\n");
    }
    let mut page = page.trim_end_matches(".Pp\n").to_owned();
    page.push_str(SEE_ALSO);
    page
}

/// A topic as a section.
fn topic(page: &mut String, heading: &str, name: &str) {
    let topic = TOPICS.iter().find(|topic| topic.name == name).unwrap();
    let (first, rest) = topic.text.split_once("\n\n").unwrap();
    let _ = writeln!(page, ".Sh {heading}\n{}\n.Bd -literal", plain(first));
    for line in rest.lines() {
        let _ = writeln!(page, "{}", plain(line));
    }
    page.push_str(".Ed\n");
}

#[test]
fn the_man_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/mgd.1");
    if std::env::var_os("MGD_UPDATE").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    // Packed sources have no packaging.
    if let Ok(found) = std::fs::read_to_string(&path) {
        assert_eq!(
            found,
            page(),
            "MGD_UPDATE=1 cargo test man_page writes it anew"
        );
    }
}
