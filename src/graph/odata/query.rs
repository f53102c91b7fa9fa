//! OData query options, spelled without `$` and encoded here, so that no shell can spoil them.

use crate::error::Error;
use crate::form;

/// The query options of one request
/// ([OData URL conventions §5.1](https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html),
/// learn.microsoft.com/graph/query-parameters).
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pub(crate) select: Option<String>,
    pub(crate) filter: Option<String>,
    pub(crate) search: Option<String>,
    pub(crate) expand: Option<String>,
    pub(crate) orderby: Option<String>,
    pub(crate) top: Option<u64>,
    pub(crate) count: bool,
    /// Whatever else: `name=value`.
    pub(crate) others: Vec<String>,
}

/// What a query asks of the request that carries it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct QueryUrl {
    /// The path with the query.
    pub(crate) path: String,
    /// Whether only the eventually consistent index can answer
    /// (learn.microsoft.com/graph/aad-advanced-queries).
    pub(crate) is_eventual: bool,
}

impl Query {
    /// Puts the options after a path, which may have a query of its own.
    ///
    /// # Errors
    ///
    /// `Parameters` when an option is empty or given twice.
    pub(crate) fn apply_to(&self, path: &str) -> Result<QueryUrl, Error> {
        let (resource, own) = path.split_once('?').unwrap_or((path, ""));
        let is_advanced = self.is_advanced();
        let mut pairs = self.pairs()?;
        let counts = is_advanced && self.search.is_none() && is_of_directory(resource);
        if counts && !pairs.iter().any(|(name, _)| is_same(name, "$count")) {
            pairs.push(("$count".to_owned(), "true".to_owned()));
        }
        let mut asked = path.to_owned();
        for (index, (name, value)) in pairs.iter().enumerate() {
            let mut given = own.split('&').filter_map(|part| part.split('=').next());
            let is_before = |(before, _): &(String, String)| is_same(before, name);
            if given.any(|given| is_same(given, name)) || pairs[..index].iter().any(is_before) {
                let plain = name.trim_start_matches('$');
                return Err(Error::parameters(format!(
                    "query option {plain}: given twice"
                )));
            }
            asked.push(if asked.contains('?') { '&' } else { '?' });
            asked.push_str(&form::encode_query(name));
            asked.push('=');
            asked.push_str(&form::encode_query(value));
        }
        Ok(QueryUrl {
            path: asked,
            is_eventual: is_advanced || is_count(resource),
        })
    }

    /// Whether nothing is asked for that would change a link; the columns of a table may be named.
    pub(crate) fn is_empty_but_for_select(&self) -> bool {
        let Self {
            select: _,
            filter: None,
            search: None,
            expand: None,
            orderby: None,
            top: None,
            count: false,
            others,
        } = self
        else {
            return false;
        };
        others.is_empty()
    }

    fn pairs(&self) -> Result<Vec<(String, String)>, Error> {
        let search = self.search.as_deref().map(quoted);
        let top = self.top.map(|top| top.to_string());
        let known = [
            ("select", self.select.as_deref()),
            ("filter", self.filter.as_deref()),
            ("search", search.as_deref()),
            ("expand", self.expand.as_deref()),
            ("orderby", self.orderby.as_deref()),
            ("top", top.as_deref()),
            ("count", self.count.then_some("true")),
        ];
        let mut pairs = Vec::new();
        for (name, value) in known {
            let Some(value) = value else {
                continue;
            };
            if value.trim().is_empty() {
                return Err(Error::parameters(format!("--{name}: is empty"))
                    .hint("if a shell wrote this, a variable may have been empty"));
            }
            pairs.push((format!("${name}"), value.to_owned()));
        }
        for other in &self.others {
            match other.split_once('=') {
                Some((name, value)) if !name.is_empty() => {
                    pairs.push((name.to_owned(), value.to_owned()));
                }
                _ => {
                    return Err(
                        Error::parameters(format!("--query {other}: is no name=value")).hint(
                            "if a shell wrote this, it may have eaten a $name: use single quotes",
                        ),
                    );
                }
            }
        }
        Ok(pairs)
    }

    fn is_advanced(&self) -> bool {
        let is_filter = self.filter.as_deref().is_some_and(is_advanced_filter);
        let is_sorted_filter = self.filter.is_some() && self.orderby.is_some();
        self.search.is_some() || self.count || is_filter || is_sorted_filter
    }
}

/// Names of query options, with their `$` or without.
fn is_same(one: &str, two: &str) -> bool {
    let plain = |name: &str| {
        let name = name.trim_start_matches('$').to_owned();
        match name.get(..3) {
            Some(escape) if escape.eq_ignore_ascii_case("%24") => name[3..].to_owned(),
            _ => name,
        }
    };
    plain(one).eq_ignore_ascii_case(&plain(two))
}

/// Graph wants the terms in double quotes, which a shell takes away.
fn quoted(search: &str) -> String {
    if search.contains('"') || search.trim().is_empty() {
        search.to_owned()
    } else {
        format!("\"{search}\"")
    }
}

/// `ne`, `not`, `endswith` and `$count`, outside of literals.
fn is_advanced_filter(filter: &str) -> bool {
    // Between quotes stand literals; a doubled quote makes an empty piece, which changes nothing.
    let outside = filter.split('\'').step_by(2).collect::<Vec<_>>().join(" ");
    let outside = outside.to_ascii_lowercase();
    let mut words = outside.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && c != '$');
    words.any(|word| matches!(word, "ne" | "not" | "endswith" | "$count"))
}

fn is_count(resource: &str) -> bool {
    resource.to_ascii_lowercase().ends_with("/$count")
}

/// Whether a path leads to objects of the directory, of which some queries are only answered
/// when they are counted too; other services refuse to count.
fn is_of_directory(resource: &str) -> bool {
    const TOP: [&str; 10] = [
        "administrativeunits",
        "applications",
        "contacts",
        "devices",
        "directoryobjects",
        "directoryroles",
        "groups",
        "oauth2permissiongrants",
        "serviceprincipals",
        "users",
    ];
    const BELOW: [&str; 13] = [
        "approleassignedto",
        "approleassignments",
        "createdobjects",
        "directreports",
        "memberof",
        "members",
        "ownedobjects",
        "owneddevices",
        "owners",
        "registereddevices",
        "registeredowners",
        "transitivememberof",
        "transitivemembers",
    ];
    let path = match resource.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => resource,
    };
    let path = path.to_ascii_lowercase();
    let mut segments: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
    if matches!(segments.first(), Some(&("v1.0" | "beta"))) {
        segments.remove(0);
    }
    // A cast to a type of the directory, as in `members/microsoft.graph.user`.
    segments.retain(|segment| !segment.starts_with("microsoft.graph."));
    segments.retain(|segment| *segment != "$count");
    match segments.as_slice() {
        [only] => TOP.contains(only),
        [first, .., last] if TOP.contains(first) => BELOW.contains(last),
        ["directory", .., last] => TOP.contains(last) || BELOW.contains(last),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
