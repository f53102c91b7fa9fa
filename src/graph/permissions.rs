//! Which application permission a request needs, for the moment after Graph has refused it.

mod table;

/// What the permissions reference says of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Advice {
    /// The least permission.
    pub(crate) least: &'static str,
    /// Whether no role of the token is among those that suffice.
    pub(crate) is_missing: bool,
}

/// The advice for a request to `path`, with its version and query, and a token of these roles;
/// `None` where nothing is known.
pub(crate) fn advice<R: AsRef<str>>(is_write: bool, path: &str, roles: &[R]) -> Option<Advice> {
    let mut suffice = cell(is_write, &segments(unversioned(path)?))?.split(' ');
    let least = suffice.clone().next()?;
    let is_missing = !suffice.any(|rule| roles.iter().any(|role| suffices(rule, role.as_ref())));
    Some(Advice { least, is_missing })
}

/// Whether the request is for files or sites, which SharePoint guards.
pub(crate) fn is_of_sharepoint(path: &str) -> bool {
    let segments = unversioned(path).map(segments).unwrap_or_default();
    let first = segments.first().map(String::as_str);
    matches!(first, Some("sites" | "drives" | "shares"))
}

/// What follows the version; a path without one is not of Graph but of another service that is
/// asked in the same way.
fn unversioned(path: &str) -> Option<&str> {
    let path = path.split('?').next()?;
    ["/v1.0/", "/beta/"]
        .iter()
        .find_map(|version| path.strip_prefix(version))
}

/// The permissions for the path, those of the rule that says most about it: the longest one, and
/// of these the one that names a segment where others take any.
fn cell(is_write: bool, path: &[String]) -> Option<&'static str> {
    let mut best = ((0, 0), "-");
    for line in table::rules().lines() {
        let Some((pattern, cells)) = line.split_once(" |") else {
            continue;
        };
        let Some(fit) = fit(pattern, path).filter(|fit| *fit > best.0) else {
            continue;
        };
        let cell = cells.split('|').nth(usize::from(is_write));
        if let Some(cell) = cell.map(str::trim).filter(|cell| !cell.is_empty()) {
            best = (fit, cell);
        }
    }
    Some(best.1).filter(|cell| *cell != "-")
}

/// How well the pattern fits the path: its length, and a bit for each segment that it names.
fn fit(pattern: &str, path: &[String]) -> Option<(usize, u32)> {
    let (mut length, mut named) = (0, 0);
    for part in pattern.split('/') {
        let is_named = path.get(length)? == part;
        if !is_named && part != "*" {
            return None;
        }
        length += 1;
        named = named << 1 | u32::from(is_named);
    }
    Some((length, named))
}

fn suffices(rule: &str, role: &str) -> bool {
    match rule.strip_suffix('*') {
        Some(start) => role.starts_with(start),
        None => rule == role || is_higher(rule, role),
    }
}

/// Whether `role` is `rule` with more in it: more may be done, or to all instead of to some.
fn is_higher(rule: &str, role: &str) -> bool {
    fn parts(permission: &str) -> Option<(&str, usize, &str)> {
        const VERBS: [&str; 3] = ["ReadBasic", "Read", "ReadWrite"];
        let (family, rest) = permission.split_once('.')?;
        let (verb, constraint) = rest.split_once('.').unwrap_or((rest, "All"));
        let rank = VERBS.iter().position(|known| *known == verb)?;
        Some((family, rank, constraint))
    }
    let (Some(rule), Some(role)) = (parts(rule), parts(role)) else {
        return false;
    };
    rule.0 == role.0 && rule.1 <= role.1 && (role.2 == rule.2 || role.2 == "All")
}

/// The path as the table has it: lower case, the arguments of a function or a key in
/// parentheses as one segment, a path inside a drive or a site's address left out.
fn segments(path: &str) -> Vec<String> {
    let path = path.to_ascii_lowercase();
    let mut depth = 0_usize;
    let parts = path.split(|c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == '/' && depth == 0
    });
    let mut segments = Vec::new();
    let mut is_inside = false;
    for part in parts.filter(|part| !part.is_empty()) {
        let name = part.strip_suffix(':');
        if is_inside {
            is_inside = name.is_none();
            continue;
        }
        is_inside = name.is_some();
        let name = name.unwrap_or(part);
        let name = name.strip_prefix("microsoft.graph.").unwrap_or(name);
        match name.strip_suffix(')').and_then(|name| name.split_once('(')) {
            Some((name, "")) => segments.push(name.to_owned()),
            Some((name, argument)) => {
                segments.extend([name.to_owned(), argument.to_owned()]);
            }
            None => segments.push(name.to_owned()),
        }
    }
    shortest_way(segments)
}

/// What can be reached in several ways has its rules on one: a drive is a drive whoever owns it,
/// and so is a message in a folder and an event in a calendar.
fn shortest_way(mut path: Vec<String>) -> Vec<String> {
    if path.len() < 3 || !matches!(path[0].as_str(), "users" | "groups" | "sites") {
        return path;
    }
    for at in (2..path.len()).rev() {
        if path[at] == "drive" {
            path.splice(..=at, ["drives".to_owned(), "*".to_owned()]);
            return path;
        }
        if path[at] == "drives" && at + 1 < path.len() {
            path.drain(..at);
            return path;
        }
    }
    if matches!(
        path[2].as_str(),
        "mailfolders" | "calendar" | "calendars" | "calendargroups"
    ) {
        let last = path
            .iter()
            .rposition(|part| matches!(part.as_str(), "messages" | "events"));
        if let Some(last) = last.filter(|last| *last > 2) {
            path.drain(2..last);
        }
    }
    path
}

#[cfg(test)]
mod tests;
