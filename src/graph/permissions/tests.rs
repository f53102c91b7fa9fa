use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use super::*;

fn least(is_write: bool, path: &str) -> Option<&'static str> {
    advice(is_write, path, &[] as &[&str]).map(|advice| advice.least)
}

fn is_missing(path: &str, roles: &[&str]) -> bool {
    let path = format!("/v1.0/{path}");
    advice(false, &path, roles).unwrap().is_missing
}

#[test]
fn the_table_comes_out_as_it_went_in() {
    assert_eq!(table::rules(), include_str!("table.txt"));
}

#[test]
fn the_table_is_sorted_and_of_three_cells() {
    let paths: Vec<&str> = table::rules()
        .lines()
        .map(|line| line.split(" |").next().unwrap())
        .collect();
    assert!(paths.is_sorted_by(|a, b| a.split('/').lt(b.split('/'))));
    for line in table::rules().lines() {
        assert_eq!(line.split('|').count(), 3, "{line}");
        assert_eq!(line, line.trim_end());
        let (path, permissions) = line.split_once(" |").unwrap();
        assert_eq!(path, path.to_ascii_lowercase());
        for permission in permissions.split([' ', '|']).filter(|part| *part != "-") {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "-.*".contains(c);
            assert!(permission.chars().all(is_plain), "{line}");
        }
    }
}

#[test]
fn the_rule_that_says_most_wins() {
    assert_eq!(least(false, "/v1.0/users"), Some("User.ReadBasic.All"));
    assert_eq!(least(true, "/v1.0/users/u@x.y"), Some("User.ReadWrite.All"));
    let messages = "/beta/users/u@x.y/messages?$top=1";
    assert_eq!(least(false, messages), Some("Mail.ReadBasic.All"));
    assert_eq!(least(true, messages), Some("Mail.ReadWrite"));
    assert_eq!(least(true, "/v1.0/users/u/sendMail"), Some("Mail.Send"));
    assert_eq!(
        least(false, "/v1.0/auditLogs/signIns"),
        Some("AuditLog.Read.All")
    );
    assert_eq!(least(false, "/v1.0/nothing/known"), None);
    assert_eq!(least(false, "/v1.0/me/messages"), None);
    assert_eq!(least(false, "/users"), None);
    assert_eq!(least(false, "/v2.0/users"), None);
}

#[test]
fn functions_keys_and_paths_inside_are_no_segments_of_their_own() {
    let same = |a: &str, b: &str| assert_eq!(segments(a), segments(b), "{a}");
    same("users/delta()", "users/delta");
    same(
        "applications(appId='x')/owners",
        "applications/appid='x'/owners",
    );
    assert_eq!(
        segments("/sites/getByPath(path='/a/b')/lists"),
        ["sites", "getbypath", "path='/a/b'", "lists"]
    );
    same("/drives/D/root:/a/b.txt:/content", "drives/D/root/content");
    same("/drives/D/root:/a/b.txt", "drives/D/root");
    same("/sites/h.example:/teams/x:/lists", "sites/h.example/lists");
    same(
        "/groups/G/members/microsoft.graph.user",
        "groups/G/members/user",
    );
}

#[test]
fn one_thing_has_one_rule_whatever_the_way_to_it() {
    let same = |a: &str, b: &str| assert_eq!(segments(a), segments(b), "{a}");
    same("users/U/drive/items/I", "drives/*/items/I");
    same("sites/S/drives/D/root/children", "drives/D/root/children");
    same(
        "users/U/mailFolders/F/childFolders/C/messages/M",
        "users/U/messages/M",
    );
    same("users/U/calendars/C/events", "users/U/events");
    assert_eq!(segments("users/U/drives"), ["users", "u", "drives"]);
}

#[test]
fn a_permission_is_missing_when_no_role_suffices() {
    assert!(is_missing("users", &[]));
    assert!(is_missing("users", &["Mail.Read", "Sites.Selected"]));
    assert!(!is_missing("users", &["Mail.Read", "User.ReadBasic.All"]));
    assert!(!is_missing("users", &["User.ReadWrite.All"]));
    assert!(!is_missing("users", &["Directory.ReadWrite.All"]));
    assert!(is_missing("users/U/manager", &["Mail.ReadWrite"]));
    assert!(is_higher("Mail.ReadBasic.All", "Mail.Read"));
    assert!(is_higher(
        "Application.ReadWrite.OwnedBy",
        "Application.ReadWrite.All"
    ));
    assert!(!is_higher(
        "Policy.Read.All",
        "Policy.ReadWrite.Authorization"
    ));
    assert!(!is_higher("User.ReadWrite.All", "User.Read.All"));
}

/// What Microsoft lists for a method and a path, whatever the case of the path.
#[derive(Default)]
struct Listed {
    least: BTreeSet<String>,
    all: BTreeSet<String>,
    paths: BTreeSet<String>,
}

/// Microsoft's table where it is at hand; it is not ours to carry along.
fn listed() -> BTreeMap<(String, Vec<String>), Listed> {
    let file = std::env::var_os("MGD_PERMISSIONS")
        .map(PathBuf::from)
        .unwrap_or_else(|| {
            PathBuf::from(env!("CARGO_MANIFEST_DIR"))
                .join("../shared/data/graph-app-permissions.tsv")
        });
    let text = fs::read_to_string(file).unwrap_or_default();
    let mut listed: BTreeMap<_, Listed> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        // A slip of the list: a function without its parentheses.
        if cells[1].contains('=') && !cells[1].contains('(') {
            continue;
        }
        let row = listed
            .entry((cells[0].to_owned(), way(cells[1])))
            .or_default();
        let permissions = |cell: &str| {
            let some = cell.split(',').filter(|permission| !permission.is_empty());
            some.map(str::to_owned).collect::<Vec<_>>()
        };
        row.least.extend(permissions(cells[2]));
        row.all.extend(permissions(cells[2]));
        row.all.extend(permissions(cells[3]));
        row.paths.insert(cells[1].to_owned());
    }
    listed
}

/// The path without what is spelled now so and now so: case, names of ids.
fn way(path: &str) -> Vec<String> {
    let path = path.to_ascii_lowercase();
    let part = |part: &str| match part.strip_suffix("})") {
        Some(call) => call.split('(').next().unwrap_or_default().to_owned() + "/*",
        None if part.starts_with('{') => "*".to_owned(),
        None => part.trim_end_matches(':').replace("microsoft.graph.", ""),
    };
    let parts = path.split('/').filter(|part| !part.is_empty());
    let way = parts.map(part).collect::<Vec<_>>().join("/");
    way.split('/').map(str::to_owned).collect()
}

/// A resource-specific consent stands in no token.
fn is_resource_specific(permission: &str) -> bool {
    [".Group", ".Chat", ".User"]
        .iter()
        .any(|end| permission.ends_with(end))
}

#[test]
#[allow(clippy::print_stderr, reason = "what was tested is told")]
fn the_table_says_what_microsoft_lists() {
    const WELL_COVERED: [&str; 7] = [
        "users",
        "groups",
        "sites",
        "drives",
        "applications",
        "devices",
        "auditlogs",
    ];
    let listed = listed();
    if listed.is_empty() {
        eprintln!("no permissions list here: nothing was tested (MGD_PERMISSIONS names it)");
        return;
    }
    let mut is_covered: BTreeMap<&str, bool> = BTreeMap::new();
    let mut wrong = Vec::new();
    let (mut rows, mut known, mut exact) = (0, 0, 0);
    for ((method, _), row) in &listed {
        for path in &row.paths {
            let is_write = method != "GET";
            let cell = cell(is_write, &segments(path));
            rows += 1;
            *is_covered.entry(path).or_insert(true) &= cell.is_some();
            let Some(cell) = cell else { continue };
            let least = cell.split(' ').next().unwrap_or_default();
            if !row.all.contains(least) {
                wrong.push(format!("{method} {path}: {least} is not listed"));
            }
            for role in row.all.iter().filter(|role| !is_resource_specific(role)) {
                if !cell.split(' ').any(|rule| suffices(rule, role)) {
                    wrong.push(format!("{method} {path}: {role} suffices"));
                }
            }
            known += 1;
            exact += usize::from(row.least.contains(least));
        }
    }
    assert_eq!(wrong, [] as [String; 0]);
    let share = |is_wanted: &dyn Fn(&str) -> bool| {
        let wanted = is_covered.iter().filter(|(path, _)| {
            let first = path.trim_start_matches('/').split(['/', '(']).next();
            is_wanted(&first.unwrap_or_default().to_ascii_lowercase())
        });
        let (of, covered) = wanted.fold((0, 0), |(of, covered), (_, is)| {
            (of + 1, covered + usize::from(*is))
        });
        eprintln!("{covered} of {of} paths");
        f64::from(covered as u32) / f64::from(of.max(1) as u32)
    };
    eprintln!("{known} of {rows} methods of paths, {exact} with a permission that is called least");
    assert!(share(&|_| true) >= 0.6);
    assert!(share(&|first| WELL_COVERED.contains(&first)) >= 0.95);
    for section in WELL_COVERED {
        eprint!("{section}: ");
        share(&|first| first == section);
    }
}
