//! The table against Microsoft's, where that is at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use crate::graph::odata::permissions::shape::shape;
use crate::graph::odata::permissions::tests::{SECTIONS, is_missing, of, section};
use crate::graph::odata::permissions::{is_reading, suffices};

const METHODS: [&str; 5] = ["GET", "POST", "PATCH", "PUT", "DELETE"];

/// What Microsoft lists for a method and a path, in one row of its table.
struct Row {
    method: String,
    /// As it is asked for, with something in the place of each name in braces.
    path: String,
    least: Vec<String>,
    all: Vec<String>,
}

/// The sections of Microsoft's table where it is at hand; it is not ours to carry along.
fn reference() -> Option<Vec<Row>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if !folder.exists() {
        return None;
    }
    let text = fs::read_to_string(folder.join("graph-app-permissions.tsv")).unwrap();
    let rows = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let permissions = |cell: &str| {
                let some = cell.split(',').filter(|permission| !permission.is_empty());
                some.map(str::to_owned).collect::<Vec<_>>()
            };
            let least = permissions(cells[2]);
            Row {
                method: cells[0].to_owned(),
                path: filled(cells[1]),
                all: [least.clone(), permissions(cells[3])].concat(),
                least,
            }
        });
    let is_ours = |row: &Row| SECTIONS.contains(&section(&row.path).as_str());
    Some(rows.filter(is_ours).collect())
}

/// The path of a request, with an id for each name in braces.
fn filled(path: &str) -> String {
    let path = path.replace("foldera/fileb.txt", "{path}");
    let mut parts = path.trim_matches('/').split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        filled.push_str("0a1b");
        filled.push_str(part.split_once('}').unwrap().1.trim_start_matches('}'));
    }
    filled
}

fn listed(rows: &[Row]) -> BTreeMap<(String, String), Vec<&Row>> {
    let mut listed: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in rows {
        let key = (row.method.clone(), row.path.to_ascii_lowercase());
        listed.entry(key).or_default().push(row);
    }
    listed
}

/// A resource-specific consent stands in no token.
fn is_resource_specific(permission: &str) -> bool {
    let mut ends = [".Group", ".Chat", ".User"].iter();
    ends.any(|end| permission.ends_with(end))
}

#[test]
fn no_permission_is_named_or_called_least_that_microsoft_does_not_list_so() {
    let Some(rows) = reference() else { return };
    let mut wrong = Vec::new();
    for ((method, path), rows) in listed(&rows) {
        let Some(advice) = of(&method, &path, &[]) else {
            continue;
        };
        let name = advice.permission.to_owned();
        for row in rows {
            if !row.all.contains(&name) {
                wrong.push(format!("{method} {path}: {name} is not listed"));
            }
            let is_lower = |other: &String| suffices(other, &name) && !suffices(&name, other);
            if advice.is_least && (!row.least.contains(&name) || row.all.iter().any(is_lower)) {
                wrong.push(format!("{method} {path}: {name} is not the least"));
            }
            for role in row.all.iter().filter(|role| !is_resource_specific(role)) {
                if is_missing(&method, &path, &[role]) == Some(true) {
                    wrong.push(format!("{method} {path}: {role} suffices"));
                }
            }
            let twin = name.replace("ReadWrite", "Read");
            let is_twin = twin != name && !row.all.contains(&twin) && method != "GET";
            if is_twin && is_missing(&method, &path, &[&twin]) != Some(true) {
                wrong.push(format!("{method} {path}: {twin} does not suffice"));
            }
        }
    }
    assert_eq!(wrong, [] as [String; 0]);
}

#[test]
fn a_change_is_named_a_permission_to_read_only_where_nothing_is_changed() {
    const READING: [&str; 9] = [
        "check",
        "cortex",
        "evaluate",
        "extract",
        "get",
        "preview",
        "query",
        "translate",
        "validate",
    ];
    let Some(rows) = reference() else { return };
    for row in rows.iter().filter(|row| row.method != "GET") {
        let name = of(&row.method, &row.path, &[]).map(|advice| advice.permission);
        if name.is_some_and(is_reading) {
            let action = row.path.rsplit('/').next().unwrap().to_ascii_lowercase();
            assert_eq!(row.method, "POST", "{}", row.path);
            assert!(
                READING.iter().any(|verb| action.starts_with(verb)),
                "{}",
                row.path
            );
        }
    }
}

#[test]
fn nothing_is_said_of_what_microsoft_does_not_list() {
    let Some(rows) = reference() else { return };
    let listed = listed(&rows);
    let shapes: BTreeSet<_> = listed
        .keys()
        .map(|(method, path)| (method.clone(), shape(path)))
        .collect();
    let is_listed = |method: &str, path: &str| {
        let path = shape(path);
        shapes.contains(&(method.to_owned(), path.clone())) || {
            // The last segment may be an id, whatever its name.
            let mut path = path;
            path.pop();
            path.push("0a1b".to_owned());
            shapes.contains(&(method.to_owned(), path))
        }
    };
    let mut invented = Vec::new();
    for (_, path) in listed.keys() {
        let below = format!("{path}/madeupthing");
        let asked = METHODS.map(|method| (method, path));
        for (method, path) in asked.into_iter().chain([("GET", &below), ("POST", &below)]) {
            if !is_listed(method, path) && of(method, path, &[]).is_some() {
                invented.push(format!("{method} {path}"));
            }
        }
    }
    assert_eq!(invented, [] as [String; 0]);
}

#[test]
fn nearly_all_that_microsoft_lists_of_what_daemons_ask_for_is_named() {
    let Some(rows) = reference() else { return };
    let all = rows.len();
    let is_named = |row: &&Row| of(&row.method, &row.path, &[]).is_some();
    let named = rows.iter().filter(is_named).count();
    assert!(
        all > 1000 && named * 100 >= all * 95,
        "{named} of {all} rows"
    );
}
