mod reference;

use std::collections::BTreeSet;

use super::*;

/// The first segments of the paths in the table.
const SECTIONS: [&str; 7] = [
    "applications",
    "auditlogs",
    "devices",
    "drives",
    "groups",
    "sites",
    "users",
];

fn section(path: &str) -> String {
    let first = path.split(['/', '(']).next().unwrap_or_default();
    first.to_ascii_lowercase()
}

fn of(method: &str, path: &str, roles: &[&str]) -> Option<Advice> {
    advice(method, &format!("/v1.0/{path}"), roles)
}

/// The permission that is named, with `~` where it is not called the least.
fn named(method: &str, path: &str) -> Option<String> {
    let advice = of(method, path, &[])?;
    let mark = if advice.is_least { "" } else { "~" };
    Some(format!("{mark}{}", advice.permission))
}

fn is_missing(method: &str, path: &str, roles: &[&str]) -> Option<bool> {
    of(method, path, roles).unwrap().is_missing
}

#[test]
fn the_table_comes_out_as_it_went_in() {
    let lines = table::lines().map(|(depth, row)| " ".repeat(depth) + row + "\n");
    assert_eq!(lines.collect::<String>(), include_str!("table.txt"));
}

#[test]
fn the_table_is_sorted_and_of_known_words() {
    let mut path: Vec<&str> = Vec::new();
    for (depth, row) in table::lines() {
        let mut words = row.split(' ');
        let segment = words.next().unwrap();
        assert!(depth <= path.len(), "{row}");
        assert!(
            path.get(depth).is_none_or(|before| *before < segment),
            "{row}"
        );
        assert_eq!(segment, segment.to_ascii_lowercase());
        assert!(depth > 0 || SECTIONS.contains(&section(segment).as_str()));
        path.truncate(depth);
        path.push(segment);
        let mut letters = BTreeSet::new();
        for word in words {
            if word.bytes().all(|byte| byte.is_ascii_uppercase()) {
                assert!(
                    word.chars()
                        .all(|c| "GPAUD".contains(c) && letters.insert(c)),
                    "{row}"
                );
            } else {
                let word = word.trim_start_matches('~');
                let is_plain = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
                assert!(word.contains('.') && word.chars().all(is_plain), "{row}");
            }
        }
    }
}

#[test]
fn a_permission_is_named_for_this_method_of_this_path_only() {
    let is = |method, path, permission: &str| {
        assert_eq!(
            named(method, path).as_deref(),
            Some(permission),
            "{method} {path}"
        );
    };
    is("GET", "users", "User.ReadBasic.All");
    is("GET", "users/u@x.y/messages?$top=1", "Mail.ReadBasic.All");
    is("DELETE", "users/u@x.y/messages/M", "Mail.ReadWrite");
    is("POST", "users/u/sendMail", "Mail.Send");
    is("GET", "auditLogs/signIns", "AuditLog.Read.All");
    is(
        "POST",
        "users/U/calendar/getSchedule",
        "Calendars.ReadBasic",
    );
    is("GET", "applications", "~Application.Read.All");
    for (method, path) in [
        ("GET", "nothing/known"),
        ("GET", "me/messages"),
        ("GET", "users/U/madeUpThing"),
        ("POST", "users/U/managedDevices/D/wipe"),
        ("POST", "devices/D/registeredOwners/$ref"),
        ("PATCH", "users/delta"),
        ("GET", "users/$count"),
        ("GET", "users/microsoft.graph.guest"),
        ("GET", "users/security"),
        ("HEAD", "users"),
    ] {
        assert_eq!(named(method, path), None, "{method} {path}");
    }
    for path in ["/users", "/v2.0/users", "users"] {
        assert_eq!(advice("GET", path, &[] as &[&str]), None);
    }
}

#[test]
fn functions_keys_and_paths_inside_have_one_shape() {
    let same = |a: &str, b: &str| assert_eq!(shape(a), b.split('/').collect::<Vec<_>>(), "{a}");
    same("users/delta()", "users/delta");
    same("users('u@x.y')/messages/", "users/'u@x.y'/messages");
    same(
        "applications(appId='x/y')/owners",
        "applications(appid=)/owners",
    );
    same("x/f(a='it''s, (b',c=1)/d", "x/f(a=,c=)/d");
    same(
        "/drives/D/root:/a/b.txt:/content".trim_start_matches('/'),
        "drives/d/root:/b.txt:/content",
    );
    same("drives/D/root:/a/b.txt", "drives/d/root:/b.txt");
    same("drives/D/root:/b.txt:", "drives/d/root:/b.txt");
    same(
        "drives/D/items/I:/a/b.txt:/content",
        "drives/d/items/i:/b.txt:/content",
    );
    same("sites/h.example:/teams/x:/lists", "sites/h.example/lists");
    same("sites/h.example:/teams/x", "sites/h.example");
}

#[test]
fn a_permission_is_missing_when_no_role_suffices() {
    let users = |roles: &[&str]| is_missing("GET", "users", roles);
    assert_eq!(users(&[]), Some(true));
    assert_eq!(users(&["Mail.Read", "Sites.Selected"]), Some(true));
    assert_eq!(users(&["Mail.Read", "User.ReadBasic.All"]), Some(false));
    assert_eq!(users(&["User.ReadWrite.All"]), Some(false));
    assert_eq!(users(&["Directory.ReadWrite.All"]), Some(false));
    let message = |roles: &[&str]| is_missing("PATCH", "users/U/messages/M", roles);
    assert_eq!(message(&["Mail.Read"]), Some(true));
    assert_eq!(message(&["Mail.Read", "Mail.ReadWrite"]), Some(false));
    let owner = |roles: &[&str]| is_missing("POST", "applications/A/owners", roles);
    assert_eq!(owner(&["Directory.Read.All"]), None);
    assert_eq!(
        owner(&["Directory.Read.All", "Application.ReadWrite.All"]),
        Some(false)
    );
    assert!(suffices("Mail.ReadBasic.All", "Mail.Read"));
    assert!(suffices(
        "Application.ReadWrite.OwnedBy",
        "Application.ReadWrite.All"
    ));
    assert!(!suffices(
        "Policy.Read.All",
        "Policy.ReadWrite.Authorization"
    ));
    assert!(!suffices("User.ReadWrite.All", "User.Read.All"));
}
