//! The documents against the program: what README prints, links, and the names of options.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::support::{Mgd, tool};
use crate::tenant::{Reply, Tenant};

const README: &str = include_str!("../../README.md");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README, the other documents beside it and those of `docs`, by path.
fn documents() -> Vec<(PathBuf, String)> {
    let files = |folder: &Path| {
        fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path())
    };
    let mut paths: Vec<_> = files(root()).chain(files(&root().join("docs"))).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.sort();
    let read = |path: PathBuf| (path.clone(), fs::read_to_string(path).unwrap());
    paths.into_iter().map(read).collect()
}

/// A document without its fenced blocks.
fn prose(text: &str) -> String {
    let outside = text.split("```").step_by(2);
    outside.collect()
}

/// The directory that README speaks of.
fn tenant() -> Tenant {
    let tenant = Tenant::start();
    let user = |name: &str, mail: Option<&str>| json!({ "displayName": name, "mail": mail });
    let users = json!({ "value": [
        user("Zoë", Some("zoe@contoso.example")),
        user("Reception", None),
        user("Night shift", None),
    ] });
    let reply = || Reply::json(users.to_string());
    tenant.on("/v1.0/users", [reply(), reply(), reply()]);
    tenant.on_part(
        "/v1.0/users/zoe",
        [Reply::json(user("Zoë", None).to_string())],
    );
    tenant
}

#[test]
fn each_command_of_the_readme_prints_what_it_shows() {
    need!(tool("jq"));
    let tenant = tenant();
    let mgd = Mgd::new(&tenant);
    let mut commands = 0;
    for block in README.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        for command in block.split("$ ").skip(1) {
            let (line, shown) = command.split_once('\n').unwrap();
            let run = mgd.shell(line);
            let printed = run.stdout + &run.stderr;
            let printed = printed.replace(&tenant.origin(), "https://graph.microsoft.com");
            assert_eq!(printed, shown, "{line}");
            commands += 1;
        }
    }
    assert_eq!(commands, 7);
}

#[test]
fn the_readme_is_short() {
    let lines = README.lines().count();
    assert!(lines <= 200, "{lines} lines");
}

/// The anchor that a heading gets: letters in lower case, `-` for a space, no punctuation.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars()
        .filter(kept)
        .collect::<String>()
        .replace(' ', "-")
}

fn anchors(text: &str) -> BTreeSet<String> {
    let text = prose(text);
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(anchor).collect()
}

#[test]
fn each_link_of_the_documents_leads_somewhere() {
    let mut links = 0;
    for (path, text) in documents() {
        for link in prose(&text).split("](").skip(1) {
            let link = link.split(')').next().unwrap();
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, part) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => path.clone(),
                file => path.parent().unwrap().join(file),
            };
            assert!(target.exists(), "{}: {link}", path.display());
            if !part.is_empty() {
                let found = anchors(&fs::read_to_string(&target).unwrap());
                assert!(found.contains(part), "{}: {link}", path.display());
            }
            links += 1;
        }
    }
    assert!(links > 20, "{links}");
}

/// The long options in a text.
fn options(text: &str) -> BTreeSet<&str> {
    let is_name = |c: char| c.is_ascii_lowercase() || c == '-';
    let words = text.split(|c: char| !(is_name(c) || c.is_ascii_alphanumeric() || c == '_'));
    let long = words.filter(|word| word.starts_with("--") && word.len() > 3);
    long.filter(|word| word.chars().all(is_name)).collect()
}

/// The lines of a document that speak of `mgd` and of no other program.
fn of_mgd(text: &str) -> String {
    const PROGRAMS: [&str; 18] = [
        "cargo",
        "rustup",
        "curl",
        "gh ",
        "az ",
        "mgc ",
        "m365 ",
        "openssl",
        "git ",
        "parallel",
        "systemctl",
        "jq ",
        "find ",
        "df ",
        "tar ",
        "make ",
        "split ",
        "| az |",
    ];
    let own = text
        .lines()
        .filter(|line| !PROGRAMS.iter().any(|name| line.contains(name)));
    own.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_documents_and_the_help_name_the_same_options() {
    let help = include_str!("help.txt");
    let known = options(help);
    assert!(known.len() > 40, "{known:?}");
    for (path, text) in documents() {
        let name = path.file_name().unwrap().to_str().unwrap();
        // These speak of other programs, or of options that there are not.
        const OTHERS: [&str; 5] = [
            "CHANGELOG.md",
            "CONTRIBUTING.md",
            "SECURITY.md",
            "building.md",
            "design.md",
        ];
        if OTHERS.contains(&name) {
            continue;
        }
        let text = of_mgd(&text);
        // Troubleshooting shows what they are refused with.
        let known: BTreeSet<_> = known
            .iter()
            .copied()
            .chain(["--limt", "--secret"])
            .collect();
        let unknown: Vec<_> = options(&text).difference(&known).copied().collect();
        assert!(unknown.is_empty(), "{name}: {unknown:?}");
    }
    let manual = fs::read_to_string(root().join("docs/manual.md")).unwrap();
    let missing: Vec<_> = known.difference(&options(&manual)).copied().collect();
    assert!(missing.is_empty(), "docs/manual.md: {missing:?}");
}

/// All source text, with lines that were broken joined.
fn sources(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all += &sources(&path);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(path).unwrap();
            let mut lines = text.split("\\\n");
            all += lines.next().unwrap();
            lines.for_each(|line| all += line.trim_start());
        }
    }
    all
}

/// The runs of two words and more in a message that are its own: no example, number or name.
fn own_words(message: &str) -> Vec<String> {
    let is_example = |word: &str| {
        let names = ["s", "users", "nofile"];
        let marks = |c: char| c.is_ascii_digit() || "/.='@`…(".contains(c);
        names.contains(&word)
            || word.starts_with("--")
            || (word.contains(marks) && !word.starts_with("Microsoft"))
    };
    let mut runs = vec![Vec::new()];
    for word in message.split_whitespace() {
        let bare = word.trim_end_matches([':', ';', ',']);
        if is_example(bare) {
            runs.push(Vec::new());
            continue;
        }
        runs.last_mut().unwrap().push(bare);
        if bare != word {
            runs.push(Vec::new());
        }
    }
    runs.retain(|run| run.len() > 1);
    runs.iter().map(|run| run.join(" ")).collect()
}

#[test]
fn each_message_that_is_explained_is_one_of_the_program() {
    // Graph's own text, argh's, and one that is put together.
    const OTHERS: [&str; 3] = [
        "request is only valid with delegated authentication",
        "required options not provided",
        "the content has another hash than its item",
    ];
    let sources = sources(&root().join("src"));
    let document = fs::read_to_string(root().join("docs/troubleshooting.md")).unwrap();
    let mut checked = 0;
    for row in document.lines().filter(|line| line.starts_with("| ")) {
        let cell = row.split(" | ").next().unwrap().replace("``", "`");
        for message in cell.split("`mgd: ").skip(1) {
            let message = message.split("`, `").next().unwrap().trim_end_matches('`');
            for words in own_words(message) {
                let is_known = OTHERS.contains(&words.as_str()) || sources.contains(&words);
                assert!(is_known, "{words:?} in {message:?}");
                checked += 1;
            }
        }
    }
    assert!(checked > 50, "{checked}");
}

#[test]
fn each_file_that_contributors_are_shown_exists() {
    let mut files = 0;
    for name in ["CONTRIBUTING.md", "docs/design.md"] {
        let text = prose(&fs::read_to_string(root().join(name)).unwrap());
        for code in text.split('`').skip(1).step_by(2) {
            let is_path = code.contains('/') && code.ends_with(".rs");
            if !is_path || code.contains(['*', 'N']) {
                continue;
            }
            let found = [root().join(code), root().join("src").join(code)];
            assert!(found.iter().any(|path| path.exists()), "{name}: {code}");
            files += 1;
        }
    }
    assert!(files > 15, "{files}");
}
