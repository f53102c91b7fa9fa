//! Which application permission a request needs, for the moment after Graph has refused it.

mod shape;
mod table;

use shape::shape;

/// What the permissions reference lists for a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Advice {
    /// A permission that suffices.
    pub(crate) permission: &'static str,
    /// Whether it is the least one.
    pub(crate) is_least: bool,
    /// Whether no role of the token suffices; `None` where only a role that reads is listed, and
    /// the request is to change something.
    pub(crate) is_missing: Option<bool>,
}

/// The advice for a request to `path`, with its version and query, and a token of these roles;
/// `None` where the reference does not list this method of this path.
pub(crate) fn advice<R: AsRef<str>>(method: &str, path: &str, roles: &[R]) -> Option<Advice> {
    let mut listed = table::find(method, &shape(unversioned(path)?));
    let first = listed.first_mut()?;
    let permission = first.trim_start_matches('~');
    let is_least = *first == permission;
    *first = permission;
    let is_change = method != "GET" && !is_reading(permission);
    let suffices = |role: &&str| listed.iter().any(|rule| suffices(rule, role));
    let mut held = roles.iter().map(AsRef::as_ref).filter(suffices);
    let is_missing = match held.next() {
        None => Some(true),
        Some(role) if is_change && is_reading(role) && held.all(is_reading) => None,
        Some(_) => Some(false),
    };
    Some(Advice {
        permission,
        is_least,
        is_missing,
    })
}

/// Whether the request is for files or sites, which SharePoint guards.
pub(crate) fn is_of_sharepoint(path: &str) -> bool {
    let shape = unversioned(path).map(shape).unwrap_or_default();
    let is = |at: usize, names: &[&str]| shape.get(at).is_some_and(|s| names.contains(&s.as_str()));
    is(0, &["sites", "drives", "shares"]) || is(2, &["drive", "drives", "sites"])
}

/// What follows the version; a path without one is not of Graph but of another service that is
/// asked in the same way.
fn unversioned(path: &str) -> Option<&str> {
    let path = path.split('?').next()?;
    ["/v1.0/", "/beta/"]
        .iter()
        .find_map(|version| path.strip_prefix(version))
}

/// Whether a permission allows reading and no more.
fn is_reading(permission: &str) -> bool {
    let verb = permission.split('.').nth(1).unwrap_or_default();
    verb.starts_with("Read") && !verb.starts_with("ReadWrite")
}

/// Whether `role` is `rule`, or `rule` with more in it: more may be done, or to all instead of to
/// some.
fn suffices(rule: &str, role: &str) -> bool {
    fn parts(permission: &str) -> Option<(&str, usize, &str)> {
        const VERBS: [&str; 5] = ["ReadBasic", "Read", "ReadWrite", "Manage", "FullControl"];
        let (family, rest) = permission.split_once('.')?;
        let (verb, constraint) = rest.split_once('.').unwrap_or((rest, "All"));
        let rank = VERBS.iter().position(|known| *known == verb)?;
        Some((family, rank, constraint))
    }
    if rule == role {
        return true;
    }
    let (Some(rule), Some(role)) = (parts(rule), parts(role)) else {
        return false;
    };
    rule.0 == role.0 && rule.1 <= role.1 && (role.2 == rule.2 || role.2 == "All")
}

#[cfg(test)]
mod tests;
