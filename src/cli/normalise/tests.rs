//! What people type, and what argh reads.

use super::*;

fn normal(line: &str) -> Result<String, String> {
    let arguments: Vec<_> = line.split_whitespace().map(OsString::from).collect();
    match normalise(&arguments) {
        Ok(None) => Ok("nothing".to_owned()),
        Ok(Some(normal)) => {
            let mut line = normal.line();
            let at = normal.command.name.split(' ').count();
            let shared = normal.shared.iter().flat_map(|(shared, value)| {
                let value = Some(value.clone()).filter(|value| !value.is_empty());
                [Some(shared.option.long.to_owned()), value]
            });
            line.splice(at..at, shared.flatten());
            Ok(line.join(" "))
        }
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn options_are_read_as_gnu_users_type_them() {
    let ok = |line: &str| normal(line).unwrap();
    assert_eq!(ok("get users"), "get -- users");
    assert_eq!(
        ok("get --limit=5 users -ojsonl"),
        "get --limit 5 --output jsonl -- users"
    );
    assert_eq!(
        ok("get -vvq -HA:b"),
        "get --verbose --verbose --quiet --header A:b"
    );
    assert_eq!(ok("get -O - -- -x"), "get --output-file - -- -x");
    assert_eq!(ok("get -o=raw x"), "get --output raw -- x");
    assert_eq!(ok("get --header --x"), "get --header --x");
    assert_eq!(
        ok("get --limit 1 -HA:b --limit=2 -HC:d"),
        "get --header A:b --header C:d --limit 2"
    );
    assert_eq!(ok("get -"), "get -- -");
    assert_eq!(ok(""), "nothing");
}

#[test]
fn a_file_before_any_command_is_the_parameters_file() {
    let ok = |line: &str| normal(line).unwrap();
    assert_eq!(ok("p.json"), "get --parameters p.json");
    assert_eq!(ok("--limit 5 ./p"), "get --parameters ./p --limit 5");
    assert_eq!(ok("p.json get users"), "get --parameters p.json -- users");
    assert_eq!(ok("get p.json"), "get -- p.json");
}

#[test]
fn a_command_below_another_is_found_with_its_options() {
    let ok = |line: &str| normal(line).unwrap();
    assert_eq!(ok("cache list --json"), "cache list --json");
    assert_eq!(
        ok("--token-cache=x cache -q clear"),
        "cache clear --token-cache x --quiet"
    );
    assert_eq!(ok("cache --help"), "cache");
    assert_eq!(
        normal("cache lsit").unwrap_err(),
        "unknown command cache lsit"
    );
    assert_eq!(normal("cache").unwrap_err(), "cache: names no command");
    assert_eq!(
        normal("cache clear --json").unwrap_err(),
        "unknown option --json"
    );
}

#[test]
fn a_command_without_operands_takes_the_parameters_file_behind_it_too() {
    let ok = |line: &str| normal(line).unwrap();
    assert_eq!(ok("token p.json"), "token --parameters p.json");
    assert_eq!(ok("p.json token"), "token --parameters p.json");
    assert_eq!(ok("token -p a p.json"), "token --parameters a -- p.json");
    assert_eq!(ok("cache list ./p"), "cache list --parameters ./p");
}

#[test]
fn what_does_not_exist_is_named() {
    assert_eq!(normal("gte").unwrap_err(), "unknown command gte");
    assert_eq!(
        normal("p.json q.json").unwrap_err(),
        "unknown command q.json"
    );
    assert_eq!(normal("get --limt 5").unwrap_err(), "unknown option --limt");
    assert_eq!(normal("get -x").unwrap_err(), "unknown option -x");
    assert_eq!(normal("get --limit").unwrap_err(), "--limit: needs a value");
    assert_eq!(normal("get -p").unwrap_err(), "-p: needs a value");
    assert_eq!(
        normal("get --beta=yes").unwrap_err(),
        "--beta: takes no value"
    );
}
